import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { topologyBeatMs, type TopologyLine } from '../api/topology.ts'
import { ALedger } from '../testing/aLedger.ts'
import { createChanges } from '../watch/changes.ts'
import { createTopologyFeed } from './topologyFeed.ts'

const names = Array.from({ length: 40 }, (_, index) => `node-${index}`)

/** A feed over forty media nodes, and what one reader was sent. */
function aFeed() {
  const clock = virtualClock()
  const world = new ALedger().pool('eu', 'eu-west')
  for (const name of names) world.node(name, { pool: 'eu' })
  const changes = createChanges()
  const { ledger } = world
  const still = { ...clock, monotonicMs: () => world.nowMs }
  const feed = createTopologyFeed({ ledger, changes, clock: still, turnUrls: [], epoch: () => 1 })
  const lines: TopologyLine[] = []
  feed.subscribe(
    () => true,
    (line) => lines.push(line),
  )
  return { feed, lines, world, changes, clock }
}

const nodesIn = (lines: readonly TopologyLine[]) => lines.flatMap((line) => (line.type === 'change' ? (line.nodes ?? []) : []))

test('while nothing changes a reader gets a snapshot and beats', async () => {
  const { feed, lines, clock } = aFeed()
  await clock.advance(3 * topologyBeatMs)
  expect(lines.map(({ type }) => type)).toEqual(['snapshot', 'beat', 'beat', 'beat'])
  feed.close()
  expect(clock.pending()).toBe(0)
})

test('all loads that changed are told within a beat, each once, and few at a time', async () => {
  const { feed, lines, world, clock } = aFeed()
  for (const name of names) world.load(name, 0.52)
  await clock.advance(topologyBeatMs)
  const told = lines.flatMap((line) => (line.type === 'change' ? [nodesIn([line])] : []))
  expect(told.flatMap((nodes) => nodes.map(({ name, load }) => [name, load]))).toEqual(names.map((name) => [name, 0.5]))
  expect(Math.max(...told.map((nodes) => nodes.length))).toBe(2)
  for (const name of names) world.load(name, 0.53)
  await clock.advance(2 * topologyBeatMs)
  expect(nodesIn(lines)).toHaveLength(names.length)
  expect(feed.snapshot(() => true).nodes.map(({ load }) => load)).toEqual(names.map(() => 0.5))
})

test('what is marked as changed and is the same is not told; what has gone is', async () => {
  const { lines, world, changes, clock } = aFeed()
  for (const name of names) changes.events.node(name)
  await clock.advance(200)
  expect(lines).toHaveLength(1)
  world.ledger.removeNode('node-7', world.nowMs)
  changes.events.node('node-7')
  await clock.advance(200)
  expect(lines.slice(1)).toEqual([{ type: 'change', revision: 3, removedNodes: ['node-7'] }])
})
