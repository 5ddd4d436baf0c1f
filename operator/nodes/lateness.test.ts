import { expect, test } from 'vitest'

import type { LoadLine } from '../../sfu/api/load.ts'
import { Lateness } from './lateness.ts'

const idle = { egressBitsPerSecond: 0, ingressBitsPerSecond: 0, pipes: 0, pipePorts: 0, participants: 0 }
const worker = { cpu: 0, routers: 0, transports: 0, producers: 0, consumers: 0 }
const beat = (atMs: number): LoadLine => ({ type: 'load', load: { atMs, workers: [worker], ...idle } })
const closed: LoadLine = {
  type: 'segmentClosed',
  meeting: { namespace: 'demo', name: 'standup', incarnation: '01J00000000000000000000001' },
}
/** By the node's clock at the moment 0 of ours. */
const epochMs = 1_700_000_000_000

/** A stream that has told ten beats in time. */
function aStream(): Lateness {
  const stream = new Lateness()
  for (let second = 0; second <= 10; second++) expect(stream.isLate(beat(epochMs + second * 1_000), second * 1_000)).toBe(false)
  return stream
}

test('what came while this process stood still is late, but for the last of it', () => {
  const stream = aStream()
  const late = (second: number): boolean => stream.isLate(beat(epochMs + second * 1_000), 40_000)
  expect(stream.isLate(closed, 40_000)).toBe(true)
  const seconds = Array.from({ length: 30 }, (_, index) => 11 + index)
  expect(seconds.filter((second) => !late(second))).toEqual([37, 38, 39, 40])
  expect(stream.isLate(beat(epochMs + 41_000), 41_000)).toBe(false)
})

test('other lines between the beats are as late as those', () => {
  const stream = aStream()
  expect(stream.isLate(closed, 10_400)).toBe(false)
  expect(stream.isLate(beat(epochMs + 11_000), 20_000)).toBe(true)
  expect(stream.isLate(closed, 20_000)).toBe(true)
  expect(stream.isLate(beat(epochMs + 20_000), 20_000)).toBe(false)
  expect(stream.isLate(closed, 20_000)).toBe(false)
})

test.each([-3_600_000, 3_600_000])('a clock that is set by %i ms makes nobody late for long', (byMs) => {
  const stream = aStream()
  const late = [11, 12, 13, 14].map((second) => stream.isLate(beat(epochMs + byMs + second * 1_000), second * 1_000))
  expect(late).toEqual([false, false, false, false])
})

test('a stream that stands still for a while and goes on at its pace is in time again', () => {
  const stream = aStream()
  // The node itself stood still: its clock went on.
  expect(stream.isLate(beat(epochMs + 15_000), 15_000)).toBe(false)
  // Its clock stood still with it, as that of a machine that was suspended.
  const late = [30, 31, 32, 33].map((second) => stream.isLate(beat(epochMs + (second - 14) * 1_000), second * 1_000))
  expect(late).toEqual([true, true, false, false])
})
