import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { noCost } from '../ledger/load/cost.ts'
import { ALedger, outcomeOf, type ANode } from '../testing/aLedger.ts'
import { acceptLimit } from './filters.ts'
import type { Wish } from './view.ts'

const twoRegions = (): ALedger => new ALedger().pool('eu', 'eu-west').pool('us', 'us-east')

test('a cordoned node keeps its people and takes nobody new', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.3 })
  expect(outcomeOf(world.join('standup', 'ann').decision)).toBe('a')
  world.node('a', { pool: 'eu', cordoned: true })
  expect(world.decide('standup', 'bob')).toMatchObject({
    node: { name: 'b' },
    reason: 'least loaded of 1 in eu-west (load 0.30)',
  })
})

test('a node that drains takes nobody, also into meetings that it hosts', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.3 })
  expect(outcomeOf(world.join('standup', 'ann').decision)).toBe('a')
  world.node('a', { pool: 'eu', drained: 'kernel upgrade' })
  expect(outcomeOf(world.decide('standup', 'ann'))).toBe('b')
  world.node('b', { pool: 'eu', drained: 'kernel upgrade' })
  expect(world.decide('standup', 'ann')).toMatchObject({ result: 'tryAfter', code: 'no_node_ready' })
})

test('a meeting that may be on one node only moves when that one drains', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.3 })
  world.meeting('narrow', { cascade: { maxNodes: 1, topology: 'Auto' } })
  expect(outcomeOf(world.join('narrow', 'ann').decision)).toBe('a')
  world.node('a', { pool: 'eu', drained: 'kernel upgrade' })
  expect(outcomeOf(world.join('narrow', 'ann').decision)).toBe('b')
  world.node('c', { pool: 'eu' })
  expect(outcomeOf(world.decide('narrow', 'bob'))).toBe('b')
})

test('a meeting goes on where it stands until that is too much, then next to it', () => {
  const world = twoRegions().node('a', { pool: 'eu', cpu: 0.1 }).node('b', { pool: 'eu', cpu: 0 }).node('c', { pool: 'us' })
  expect(outcomeOf(world.join('standup', 'ann', { region: 'us-east' }).decision)).toBe('c')
  expect(outcomeOf(world.join('standup', 'bob').decision)).toBe('c')
  expect(outcomeOf(world.join('standup', 'cid', { region: 'eu-west' }).decision)).toBe('b')
  world.load('b', 0.75)
  expect(outcomeOf(world.decide('standup', 'dan', { region: 'eu-west' }))).toBe('b')
  world.load('b', 0.8)
  expect(outcomeOf(world.decide('standup', 'dan', { region: 'eu-west' }))).toBe('a')
})

test('of two segments that are equally loaded the first by name takes the participant', () => {
  const world = twoRegions().node('a', { pool: 'eu', cpu: 0.5 }).node('b', { pool: 'eu' })
  expect(outcomeOf(world.join('standup', 'ann').decision)).toBe('b')
  world.load('b', 0.9)
  expect(outcomeOf(world.join('standup', 'bob').decision)).toBe('a')
  world.nowMs += 21_000
  world.load('a', 0.3).load('b', 0.3)
  expect(outcomeOf(world.decide('standup', 'cid'))).toBe('a')
})

test('regions: measured before named, named before the meeting, the meeting before the least loaded', () => {
  const world = twoRegions().node('a', { pool: 'eu', cpu: 0.2 }).node('b', { pool: 'us', cpu: 0.1 })
  expect(outcomeOf(world.decide('x', 'ann'))).toBe('b')
  expect(outcomeOf(world.decide('x', 'ann', { region: 'eu-west' }))).toBe('a')
  expect(outcomeOf(world.decide('x', 'ann', { region: 'eu-west', rttsMs: { 'eu-west': 90, 'us-east': 9 } }))).toBe('b')
  expect(outcomeOf(world.decide('x', 'ann', { region: 'mars' }))).toBe('b')
  world.join('x', 'ann', { region: 'eu-west' })
  expect(outcomeOf(world.decide('x', 'bob'))).toBe('a')
})

test('a meeting leaves the region where it stands only for one that is over a quarter nearer', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'us' })
  world.join('x', 'ann', { region: 'eu-west' })
  const joins = (rttsMs: Wish['rttsMs']): string => outcomeOf(world.decide('x', 'bob', { rttsMs }))
  expect(joins({ 'eu-west': 80, 'us-east': 61 })).toBe('a')
  expect(joins({ 'eu-west': 80, 'us-east': 59 })).toBe('b')
  expect(outcomeOf(world.decide('another', 'bob', { rttsMs: { 'eu-west': 80, 'us-east': 61 } }))).toBe('b')
})

test('allowed regions and pools are hard, whatever the client names', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'us' })
  world.meeting('western', { regions: ['us-east'] }).meeting('pooled', { pools: ['eu'] })
  expect(outcomeOf(world.decide('western', 'ann', { region: 'eu-west' }))).toBe('b')
  expect(outcomeOf(world.decide('pooled', 'ann', { region: 'us-east' }))).toBe('a')
})

test('a pool that packs fills the fullest node that has room, and says so', () => {
  const world = new ALedger().pool('eu', 'eu-west', { placement: 'pack' })
  world.node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.4 }).node('c', { pool: 'eu', cpu: 0.6 })
  expect(world.decide('x', 'ann')).toMatchObject({
    node: { name: 'b' },
    reason: 'fullest with room of 3 in eu-west (load 0.40)',
  })
  world.load('b', 0.7)
  expect(outcomeOf(world.decide('x', 'ann'))).toBe('a')
  world.pool('eu', 'eu-west').load('b', 0.4).load('a', 0.5)
  expect(world.decide('x', 'ann')).toMatchObject({
    node: { name: 'b' },
    reason: 'least loaded of 3 in eu-west (load 0.40)',
  })
})

test('who was failed by a node is kept from it for a minute, though another request does not name it', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.5 })
  const beat = (): ALedger => world.load('a', 0).load('b', 0.5)
  world.join('standup', 'ann')
  world.join('standup', 'ann', { excludeNodes: ['a'] })
  expect(outcomeOf(world.decide('standup', 'ann'))).toBe('b')
  expect(outcomeOf(world.decide('standup', 'bob'))).toBe('a')
  expect(outcomeOf(world.decide('retro', 'ann'))).toBe('a')
  world.nowMs += 59_000
  beat()
  expect(outcomeOf(world.decide('standup', 'ann'))).toBe('b')
  world.nowMs += 1_000
  beat()
  expect(outcomeOf(world.decide('standup', 'ann'))).toBe('a')
})

test('who is placed elsewhere since a node failed them, or since they were moved from it, is told so, and only they', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.5 }).meeting('standup')
  const entry = world.ledger.meetings.open('demo', 'standup', world.nowMs)
  entry.avoid('ann', [{ node: 'a', since: 'move' }], world.nowMs)
  entry.avoid('bob', [{ node: 'a', since: 'failure' }], world.nowMs)
  entry.avoid('cid', [{ node: 'b', since: 'failure' }], world.nowMs)
  const reasonOf = (who: string): string => world.decide('standup', who).reason
  expect(reasonOf('ann')).toBe('least loaded of 1 in eu-west (load 0.50); not on a, from which they were moved lately')
  expect(reasonOf('bob')).toBe('least loaded of 1 in eu-west (load 0.50); not on a, which failed them lately')
  expect(reasonOf('cid')).toBe('least loaded of 1 in eu-west (load 0.00)')
  expect(reasonOf('dan')).toBe('least loaded of 2 in eu-west (load 0.00)')
  world.node('b', { pool: 'eu', cordoned: true })
  expect(reasonOf('ann')).toBe(
    'least loaded of 1 in eu-west (load 0.00); they were moved from it lately, and no other takes them',
  )
  world.node('c', { pool: 'us' })
  expect(world.decide('standup', 'ann', { region: 'eu-west' }).reason).toBe(
    'eu-west has nothing but what they were moved from lately; least loaded of 1 in us-east (load 0.00)',
  )
})

test('a segment tells nothing of whoever opened it: not how near they are, what they name, exclude or were failed by', () => {
  const opened = (wish: Partial<Wish>, prepare: (world: ALedger) => unknown = () => undefined): string[] => {
    const world = twoRegions().node('a', { pool: 'eu', cpu: 0.1 }).node('b', { pool: 'eu', cpu: 0.2 }).node('c', { pool: 'us' })
    prepare(world)
    const { decision } = world.join('standup', 'ann', wish)
    const segments = world.ledger.meetings.get('demo/standup')?.segments.values() ?? []
    return [decision.reason, ...[...segments].map(({ why }) => why)]
  }
  const avoid = (world: ALedger): void =>
    world.ledger.meetings.open('demo', 'standup', world.nowMs).avoid('ann', [{ node: 'a', since: 'failure' }], world.nowMs)
  const there = 'least loaded of 1 in us-east (load 0.00)'
  expect(opened({ rttsMs: { 'us-east': 20 } })).toEqual([`${there}; 20 ms away`, there])
  expect(opened({ region: 'mars' })).toEqual([`${there}; none of its pools stands in the region that the client names`, there])
  expect(opened({ region: 'eu-west', excludeNodes: ['a', 'b'] })).toEqual([`eu-west is excluded by the request; ${there}`, there])
  expect(opened({ region: 'eu-west', excludeNodes: ['a'] })).toEqual(Array(2).fill('least loaded of 1 in eu-west (load 0.20)'))
  expect(
    opened({ region: 'eu-west' }, (world) => (avoid(world.meeting('standup')), world.node('b', { pool: 'eu', cordoned: true }))),
  ).toEqual([`eu-west has nothing but what failed them lately; ${there}`, there])
  // What is true of the meeting, whoever asks, stays.
  const full = (world: ALedger) => world.load('a', 0.9).load('b', 0.9)
  expect(opened({ region: 'eu-west' }, full)).toEqual(Array(2).fill(`eu-west has no room; ${there}`))
})

test('a node that failed somebody takes them again rather than nobody, unless the request excludes it', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'eu' })
  world.join('standup', 'ann', { excludeNodes: ['a'] })
  world.node('b', { pool: 'eu', cordoned: true })
  expect(world.decide('standup', 'ann')).toMatchObject({
    node: { name: 'a' },
    reason: 'least loaded of 1 in eu-west (load 0.00); it failed them lately, and no other takes them',
  })
  expect(outcomeOf(world.decide('standup', 'ann', { excludeNodes: ['a'] }))).toBe('nodes_full')
})

test('a region that is passed over since its nodes failed somebody lately says so, and not that the request excludes it', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.9 }).node('c', { pool: 'us' })
  const reasonOf = (excludeNodes?: string[]) => world.decide('standup', 'ann', { region: 'eu-west', excludeNodes })
  expect(reasonOf(['a'])).toMatchObject({
    reason: expect.stringMatching(/^eu-west has no room beside what the request excludes;/) as string,
  })
  world.join('standup', 'ann', { region: 'eu-west', excludeNodes: ['a'] })
  expect(reasonOf()).toMatchObject({
    reason: expect.stringMatching(/^eu-west has no room beside what failed them lately;/) as string,
  })
  world.ledger.removeNode('b', world.nowMs)
  expect(reasonOf()).toMatchObject({
    node: { name: 'c' },
    reason: 'eu-west has nothing but what failed them lately; hosts the meeting in us-east (load 0.02)',
  })
  expect(reasonOf(['a'])).toMatchObject({ reason: expect.stringMatching(/^eu-west is excluded by the request;/) as string })
})

test('a region that is passed over is full, or has nobody, and the reason says which', () => {
  const world = twoRegions().node('a', { pool: 'eu', cpu: 0.9 }).node('c', { pool: 'us' })
  const reasonOf = () => world.decide('standup', 'ann', { region: 'eu-west' })
  expect(reasonOf()).toMatchObject({ reason: 'eu-west has no room; least loaded of 1 in us-east (load 0.00)' })
  world.node('a', { pool: 'eu', cordoned: true })
  expect(reasonOf()).toMatchObject({
    reason: 'eu-west has no media node that is ready; least loaded of 1 in us-east (load 0.00)',
  })
})

test('a region that is passed over for what the request excludes, or for the bound on nodes, is not called full', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.9 }).node('c', { pool: 'us' })
  const reasonOf = (excludeNodes: string[]) => world.decide('standup', 'ann', { region: 'eu-west', excludeNodes })
  const elsewhere = 'least loaded of 1 in us-east (load 0.00)'
  expect(reasonOf(['a', 'b'])).toMatchObject({ reason: `eu-west is excluded by the request; ${elsewhere}` })
  expect(reasonOf(['a'])).toMatchObject({ reason: `eu-west has no room beside what the request excludes; ${elsewhere}` })
  world.meeting('narrow', { cascade: { maxNodes: 1, topology: 'Auto' } }).join('narrow', 'ann', { region: 'us-east' })
  expect(world.decide('narrow', 'bob', { region: 'eu-west' })).toMatchObject({
    node: { name: 'c' },
    reason: expect.stringMatching(
      /^no segment may be opened in eu-west: it is on 1 media node, as many as spec\.cascade\.maxNodes allows; hosts the meeting/,
    ) as string,
  })
})

test('who names a region that the meeting does not have is told so where they go', () => {
  const world = twoRegions()
    .node('a', { pool: 'eu' })
    .node('c', { pool: 'us' })
    .meeting('far', { regions: ['us-east'] })
  const told = '; none of its pools stands in the region that the client names'
  expect(world.decide('far', 'ann', { region: 'eu-west' })).toMatchObject({
    reason: `least loaded of 1 in us-east (load 0.00)${told}`,
  })
  expect(world.decide('standup', 'ann', { region: 'mars' })).toMatchObject({
    reason: `least loaded of 1 in eu-west (load 0.00)${told}`,
  })
  expect(world.decide('standup', 'ann', { region: 'us-east' })).toMatchObject({
    reason: 'least loaded of 1 in us-east (load 0.00)',
  })
})

test('a region where the meeting stands says for how much its round trip counts', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('c', { pool: 'us' })
  world.join('standup', 'ann', { region: 'eu-west' })
  const reason = expect.stringMatching(
    /^hosts the meeting in eu-west \(load 0\.\d\d\); 100 ms away, which count as 75$/,
  ) as string
  expect(world.decide('standup', 'bob', { rttsMs: { 'eu-west': 100, 'us-east': 80 } })).toMatchObject({ reason })
})

test('a region that was the first choice for its round trip says so', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('c', { pool: 'us' })
  const decided = world.decide('standup', 'ann', { rttsMs: { 'eu-west': 90, 'us-east': 24.6 } })
  expect(decided).toMatchObject({ result: 'placed', reason: 'least loaded of 1 in us-east (load 0.00); 25 ms away' })
  const unmeasured = world.decide('standup', 'ann', { rttsMs: { mars: 5 } })
  expect(unmeasured).toMatchObject({ result: 'placed', reason: 'least loaded of 1 in eu-west (load 0.00)' })
})

test('who excludes what has room is told so, and not that it is full', () => {
  const world = twoRegions()
    .node('a', { pool: 'eu' })
    .node('b', { pool: 'eu', cpu: 0.9 })
    .node('c', { pool: 'us', cordoned: true })
  const told = (excludeNodes: string[]) => world.decide('standup', 'ann', { excludeNodes })
  expect(told(['a', 'a', 'c', 'no-such-node'])).toMatchObject({
    code: 'nodes_full',
    reason: expect.stringMatching(/^none of the 2 .* takes them: 1 excluded by the request, the others have no room$/) as string,
  })
  expect(told(['a', 'b'])).toMatchObject({
    reason: expect.stringMatching(/^all 2 ready media nodes .* are excluded by the request$/) as string,
  })
})

test('a node that was excluded since it takes no work is not held against it', () => {
  const world = twoRegions().node('a', { pool: 'eu', cordoned: true }).node('b', { pool: 'eu', cpu: 0.5 })
  world.join('standup', 'ann', { excludeNodes: ['a'] })
  world.ledger.removeNode('b', world.nowMs)
  world.node('a', { pool: 'eu' }).node('c', { pool: 'eu', cpu: 0.5 })
  expect(outcomeOf(world.decide('standup', 'ann'))).toBe('a')
})

test('silence takes a node out at once, and a word puts it back', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.5 })
  world.nowMs += 2_000
  world.load('b', 0.5)
  world.nowMs += 1_500
  expect(outcomeOf(world.decide('x', 'ann'))).toBe('b')
  world.load('a', 0)
  expect(outcomeOf(world.decide('x', 'ann'))).toBe('a')
})

test('a meeting spreads over as many nodes as its cascade may have, and says so when they are full', () => {
  const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'eu' }).node('c', { pool: 'us' })
  world.meeting('narrow', { cascade: { maxNodes: 1, topology: 'Auto' } })
  const [first] = [outcomeOf(world.join('narrow', 'ann', { region: 'eu-west' }).decision)]
  expect(outcomeOf(world.decide('narrow', 'bob', { region: 'us-east' }))).toBe(first)
  world.load(first, 0.9)
  expect(world.decide('narrow', 'bob')).toEqual({
    result: 'tryAfter',
    code: 'nodes_full',
    reason: 'it is on 1 media node, as many as spec.cascade.maxNodes allows, and takes no more people there',
  })
})

const nodes = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,4}$/),
  fc.record({
    pool: fc.constantFrom('eu', 'us', 'gone'),
    cpu: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
    cordoned: fc.boolean(),
    drained: fc.constantFrom(undefined, undefined, 'kernel upgrade'),
    heard: fc.boolean(),
    silentMs: fc.constantFrom(0, 2_000, 4_000),
  }),
  { maxKeys: 12 },
)

/** The filters again, the plain way: all nodes that may take a new segment, best first. */
function mayOpen(all: Readonly<Record<string, ANode>>, wish: { pool: string; exclude: readonly string[] }): readonly string[] {
  return Object.entries(all)
    .filter(([name, { pool, heard, cordoned, drained, silentMs = 0 }]) => {
      const live = heard === true && cordoned !== true && drained === undefined && silentMs <= 3_000
      return live && pool === wish.pool && !wish.exclude.includes(name)
    })
    .filter(([, { cpu = 0 }]) => cpu < acceptLimit)
    .toSorted(([a, { cpu: cpuA = 0 }], [b, { cpu: cpuB = 0 }]) => cpuA - cpuB || (a < b ? -1 : 1))
    .map(([name]) => name)
}

test('whatever the nodes are, the first join goes to the least loaded one that may take it, and to no other', () => {
  fc.assert(
    fc.property(nodes, fc.boolean(), (all, excludeFirst) => {
      const world = twoRegions()
      for (const [name, node] of Object.entries(all)) world.node(name, node)
      const excludeNodes = excludeFirst ? mayOpen(all, { pool: 'eu', exclude: [] }).slice(0, 1) : []
      const [inEurope] = mayOpen(all, { pool: 'eu', exclude: excludeNodes })
      const [elsewhere] = mayOpen(all, { pool: 'us', exclude: excludeNodes })
      const decision = world.decide('standup', 'ann', { region: 'eu-west', excludeNodes })
      const expected = inEurope ?? elsewhere
      expect(decision.result === 'placed' ? decision.node.name : undefined).toBe(expected)
      expect(decision.reason).not.toBe('')
    }),
  )
})

const joins = fc.array(fc.record({ who: fc.nat(30), region: fc.constantFrom('eu-west', 'us-east'), passMs: fc.nat(3_000) }), {
  maxLength: 80,
})

test('however people join, the seats never exceed the capacity, and all get the same incarnation', () => {
  fc.assert(
    fc.property(joins, fc.integer({ min: 1, max: 12 }), (all, capacity) => {
      const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'us' })
      world.meeting('small', { capacity: { maxParticipants: capacity } })
      const incarnations = new Set<string>()
      for (const { who, region, passMs } of all) {
        world.nowMs += passMs
        world.load('a', 0).load('b', 0)
        const { committed } = world.join('small', `p${who}`, { region })
        if (committed !== undefined) incarnations.add(committed.meeting.incarnation)
        expect(world.ledger.meetings.get('demo/small')?.people.seats ?? 0).toBeLessThanOrEqual(capacity)
      }
      expect(incarnations.size).toBeLessThanOrEqual(1)
    }),
  )
})

test('what joins reserve is given back to the last bit', () => {
  fc.assert(
    fc.property(joins, (all) => {
      const world = twoRegions().node('a', { pool: 'eu' }).node('b', { pool: 'us' })
      for (const { who, region } of all) world.join(`m${who % 3}`, `p${who}`, { region })
      world.nowMs += 21_000
      world.ledger.sweep(world.nowMs)
      expect([...world.ledger.nodes.all()].map(({ reserved }) => reserved)).toEqual([noCost, noCost])
    }),
  )
})

test('what was reserved on a node that was made again under its name falls with the old one', () => {
  const world = twoRegions().node('a', { pool: 'eu' })
  world.join('standup', 'ann')
  world.ledger.removeNode('a', world.nowMs)
  world.node('a', { pool: 'eu' })
  world.nowMs += 2_000
  world.load('a', 0).join('retro', 'bob')
  const reserved = (): number | undefined => world.ledger.nodes.get('a')?.reserved.consumers
  const ofBob = reserved()
  world.nowMs += 19_000
  world.load('a', 0).ledger.sweep(world.nowMs)
  expect(ofBob).toBeGreaterThan(0)
  expect(reserved()).toBe(ofBob)
})

test('a join that finds its meeting over once the last unused grant falls begins it again', () => {
  const world = twoRegions().node('a', { pool: 'eu' })
  world.join('standup', 'ann')
  const entry = world.ledger.meetings.get('demo/standup')
  if (entry !== undefined) world.ledger.meetings.end(entry, 'everybody had left', world.nowMs)
  world.nowMs += 71_000
  world.load('a', 0)
  const { committed } = world.join('standup', 'bob')
  expect(committed?.meeting.incarnation).toBe(world.ledger.meetings.get('demo/standup')?.incarnation)
  expect(world.ledger.meetings.get('demo/standup')?.people.has('bob')).toBe(true)
})

test('a meeting goes on beside itself, in a zone where it stands, unless the node there is over a tenth more loaded', () => {
  const world = twoRegions().node('a', { pool: 'eu', zone: 'eu-1', cpu: 0.1 })
  expect(outcomeOf(world.join('standup', 'ann', { region: 'eu-west' }).decision)).toBe('a')
  world
    .load('a', 0.9)
    .node('b', { pool: 'eu', zone: 'eu-2' })
    .node('c', { pool: 'eu', zone: 'eu-1', cpu: 0.09 })
    .node('d', { pool: 'eu' })
  expect(world.decide('standup', 'bob', { region: 'eu-west' })).toMatchObject({
    node: { name: 'c' },
    reason: "in the meeting's zone eu-1, one of 4 in eu-west (load 0.09)",
  })
  world.load('c', 0.2)
  expect(world.decide('standup', 'bob', { region: 'eu-west' })).toMatchObject({
    node: { name: 'b' },
    reason: 'least loaded of 4 in eu-west (load 0.00)',
  })
  world.load('c', 0.09).node('c', { pool: 'eu', zone: 'eu-1', cpu: 0.09, cordoned: true })
  expect(outcomeOf(world.decide('standup', 'bob', { region: 'eu-west' }))).toBe('b')
})

test('of two pools of a region the one with a node in a zone of the meeting is taken', () => {
  const world = twoRegions().pool('eu-more', 'eu-west').node('a', { pool: 'eu', zone: 'eu-1' })
  expect(outcomeOf(world.join('standup', 'ann', { region: 'eu-west' }).decision)).toBe('a')
  world.load('a', 0.9).node('b', { pool: 'eu', zone: 'eu-2' }).node('c', { pool: 'eu-more', zone: 'eu-1', cpu: 0.05 })
  expect(outcomeOf(world.decide('standup', 'bob', { region: 'eu-west' }))).toBe('c')
  world.load('c', 0.15)
  expect(outcomeOf(world.decide('standup', 'bob', { region: 'eu-west' }))).toBe('b')
})
