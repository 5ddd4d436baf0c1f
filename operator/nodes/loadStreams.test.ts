import { expect, test } from 'vitest'

import { aborted } from '../../kit/abort.ts'
import { createLog, silentLog } from '../../kit/log.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import type { LoadLine } from '../../sfu/api/load.ts'
import { operatorMetrics } from '../metrics.ts'
import { createLoadStreams } from './loadStreams.ts'

const hello: LoadLine = {
  ...{ type: 'hello', protocol: 1, node: 'a', boot: '01J00000000000000000000002', version: '1', addresses: [] },
  capacity: { consumersPerWorker: 500, egressBitsPerSecond: 1e9, ingressBitsPerSecond: 1e9, pipePorts: 100 },
  ...{ highestEpoch: 0, segments: [] },
}

/** Streams to nodes that introduce themselves and then say nothing. */
function streamsTo() {
  const clock = virtualClock()
  const heard: string[] = []
  const streams = createLoadStreams({
    clientFor: () => ({
      async *loadStream(signal) {
        yield hello
        await aborted(signal)
      },
    }),
    listener: {
      hear: (node, { type }) => void heard.push(`${node} ${type}`),
      refused: () => undefined,
      unanswered: () => undefined,
      fault: () => undefined,
    },
    ...{ clock, random: () => 0.5, log: silentLog, metrics: createMetrics(operatorMetrics) },
  })
  return { clock, heard, streams }
}

test('a stream that is begun anew brings the introduction again; one to a node that is not followed is none', async () => {
  const { clock, heard, streams } = streamsTo()
  streams.follow('a', 'http://a:1')
  await clock.advance(0)
  streams.follow('a', 'http://a:1')
  await clock.advance(10_000)
  expect(heard).toEqual(['a hello'])
  streams.again('a')
  streams.again('b')
  await clock.advance(10_000)
  expect(heard).toEqual(['a hello', 'a hello'])
  streams.unfollow('a')
  streams.again('a')
  await clock.advance(10_000)
  expect(heard).toHaveLength(2)
  await streams.close()
})

test('a node that has gone is missed in one line, also where its stream is begun anew', async () => {
  const clock = virtualClock()
  const said: string[] = []
  const log = createLog({ service: 'test', level: 'warn', destination: { write: (line) => void said.push(line) } })
  let isGone = false
  const streams = createLoadStreams({
    clientFor: () => ({
      async *loadStream(signal) {
        if (isGone) throw new Error('gone')
        yield hello
        await clock.sleep(1_000, signal)
      },
    }),
    listener: { hear: () => undefined, refused: () => undefined, unanswered: () => undefined, fault: () => undefined },
    ...{ clock, random: () => 0.5, log, metrics: createMetrics(operatorMetrics) },
  })
  streams.follow('a', 'http://a:1')
  await clock.advance(500)
  isGone = true
  await clock.advance(10_000)
  streams.again('a')
  await clock.advance(10_000)
  expect(said).toHaveLength(1)
  expect(said[0]).toContain('load stream lost')
  await streams.close()
})
