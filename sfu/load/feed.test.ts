import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { loadLine, type HelloLine, type LoadLine } from '../api/load.ts'
import type { SegmentReport } from '../api/order.ts'
import { LoadFeed, maxBufferedBytes, type LoadReader } from './feed.ts'

const meeting = { namespace: 'default', name: 'standup', incarnation: '01J00000000000000000000001' }
const key = 'default/standup/01J00000000000000000000001'
const report = (generation: number): SegmentReport => ({
  meeting,
  epoch: 1,
  generation,
  role: 'core',
  fallback: false,
  worker: 0,
  participants: [],
  peers: [],
  createdAtMs: 0,
})
const hello: HelloLine = {
  type: 'hello',
  protocol: 1,
  node: 'a',
  boot: '01J00000000000000000000002',
  version: '0',
  addresses: [],
  capacity: { consumersPerWorker: 1, egressBitsPerSecond: 1, ingressBitsPerSecond: 1, pipePorts: 1 },
  highestEpoch: 0,
  segments: [],
}

function aReader() {
  const lines: LoadLine[] = []
  const reader = {
    lines,
    ended: false as boolean,
    bufferedBytes: 0,
    write: (text: string) => void lines.push(loadLine.parse(JSON.parse(text))),
    end: () => void (reader.ended = true),
  } satisfies LoadReader & { lines: LoadLine[]; ended: boolean }
  return reader
}

function aFeed() {
  const clock = virtualClock()
  const reports = new Map<string, SegmentReport>()
  const drain = { drained: false, left: 2, moved: 0 }
  return {
    clock,
    reports,
    drain,
    feed: new LoadFeed({ clock, hello: () => hello, report: (of) => reports.get(of), drain: () => drain }),
  }
}

test('changes of a segment are gathered: one line in 100 ms, as it is then', async () => {
  const { clock, reports, feed } = aFeed()
  const reader = aReader()
  feed.add(reader)
  for (const generation of [1, 2, 3]) {
    reports.set(key, report(generation))
    feed.changed(key)
  }
  await clock.advance(99)
  expect(reader.lines.map(({ type }) => type)).toEqual(['hello'])
  await clock.advance(1)
  expect(reader.lines.slice(1)).toEqual([{ type: 'segment', segment: report(3) }])
})

test('a segment that closed is told at once, and not as it was after that', async () => {
  const { clock, reports, feed } = aFeed()
  const reader = aReader()
  feed.add(reader)
  reports.set(key, report(1))
  feed.changed(key)
  reports.delete(key)
  feed.closed(meeting)
  await clock.advance(1_000)
  expect(reader.lines.slice(1)).toEqual([{ type: 'segmentClosed', meeting }])
})

test('a drain is told as it stands after 100 ms, after the segments whose people it moved', async () => {
  const { clock, reports, drain, feed } = aFeed()
  const reader = aReader()
  feed.add(reader)
  feed.drainChanged()
  drain.left = 1
  reports.set(key, report(1))
  feed.changed(key)
  await clock.advance(1_000)
  expect(reader.lines.slice(1)).toEqual([
    { type: 'segment', segment: report(1) },
    { type: 'drain', drain: { drained: false, left: 1, moved: 0 } },
  ])
})

test('a reader that does not read is dropped, the others go on', () => {
  const { feed } = aFeed()
  const [slow, quick] = [aReader(), aReader()]
  feed.add(slow)
  feed.add(quick)
  slow.bufferedBytes = maxBufferedBytes + 1
  feed.closed(meeting)
  expect(slow.ended).toBe(true)
  expect(feed.readers).toBe(1)
  expect(quick.lines).toHaveLength(2)
})
