import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { chooseByFallback, type FallbackInput } from './fallback.ts'
import { fallbackIncarnation } from './fallbackIncarnation.ts'
import { rankByRendezvous } from './rendezvous.ts'
import type { Topology, TopologyMeeting, TopologyNode } from './topology.ts'
import { ulidPattern } from '../../kit/ids.ts'

const aNode = (name: string, more: Partial<TopologyNode> = {}): TopologyNode => ({
  name,
  pool: 'main',
  region: 'eu',
  url: `http://${name}:4000`,
  accepting: true,
  load: 0,
  ...more,
})
const aMeeting = (more: Partial<TopologyMeeting> = {}): TopologyMeeting => ({
  namespace: 'demo',
  name: 'standup',
  closed: false,
  nodes: [],
  ...more,
})
const aTopology = (more: Partial<Topology> = {}): Topology => ({
  revision: 1,
  epoch: 1,
  turnUrls: [],
  nodes: [aNode('a'), aNode('b'), aNode('c', { region: 'us', pool: 'west' })],
  pools: [
    { name: 'main', region: 'eu', adHocMeetings: true },
    { name: 'west', region: 'us', adHocMeetings: true },
  ],
  meetings: [],
  ...more,
})
const wallMs = Date.UTC(2026, 0, 1)
const choose = (topology: Topology, request: FallbackInput['request'] = {}) =>
  chooseByFallback({ topology, meeting: { namespace: 'demo', name: 'standup' }, nowMs: wallMs, request })
const nodeOf = (topology: Topology, request: FallbackInput['request'] = {}): string | undefined => {
  const choice = choose(topology, request)
  return choice.result === 'placed' ? choice.node.name : choice.code
}

test('a meeting that stands somewhere goes on there, in the nearest region first, even on a node that takes no new ones', () => {
  const nodes = [aNode('a', { accepting: false }), aNode('b'), aNode('c', { region: 'us' })]
  const topology = aTopology({ nodes, meetings: [aMeeting({ nodes: ['a', 'c'], incarnation: '01J00000000000000000000000' })] })
  expect(nodeOf(topology, { region: 'us' })).toBe('c')
  expect(nodeOf(topology, { region: 'eu' })).toBe('a')
  expect(nodeOf(topology, { region: 'us', rttsMs: { us: 90, eu: 10 } })).toBe('a')
  expect(choose(topology)).toMatchObject({ incarnation: '01J00000000000000000000000' })
})

test('a node that drains takes nobody into a meeting that it hosts; the next one asks it', () => {
  const nodes = [aNode('a', { accepting: false, draining: true }), aNode('b'), aNode('c', { region: 'us' })]
  const on = (...hosts: string[]): Topology => aTopology({ nodes, meetings: [aMeeting({ nodes: hosts })] })
  expect(nodeOf(on('a', 'c'), { region: 'eu' })).toBe('c')
  const choice = choose(on('a'), { region: 'eu' })
  expect(choice).toMatchObject({ result: 'placed', peers: [{ name: 'a' }, {}] })
  expect(choice).not.toMatchObject({ node: { name: 'a' } })
})

test('with all its nodes excluded, the meeting opens elsewhere and the new node asks the old ones', () => {
  const topology = aTopology({ meetings: [aMeeting({ nodes: ['a', 'b'] })] })
  const choice = choose(topology, { excludeNodes: ['a', 'b'] })
  expect(choice).toMatchObject({ result: 'placed', node: { name: 'c' }, peers: [{ name: 'a' }, { name: 'b' }] })
})

test('a meeting that nobody knows goes to the first of the ranking, which names the next two', () => {
  const choice = choose(aTopology())
  const ranking = rankByRendezvous('demo/standup', aTopology().nodes)
  expect(choice).toMatchObject({ node: { name: ranking[0]?.name }, peers: ranking.slice(1, 3).map(({ name }) => ({ name })) })
})

test('rules are kept: locked, unknown, pools and regions', () => {
  expect(nodeOf(aTopology({ meetings: [aMeeting({ closed: true })] }))).toBe('meeting_locked')
  const comingBack = { replaces: '01J00000000000000000000000' }
  expect(nodeOf(aTopology({ meetings: [aMeeting({ closed: true, nodes: ['a'] })] }), comingBack)).toBe('a')
  expect(nodeOf(aTopology({ pools: [{ name: 'main', region: 'eu', adHocMeetings: false }] }))).toBe('meeting_unknown')
  const elsewhere = { name: 'main', region: 'eu', adHocMeetings: true, allowedNamespaces: ['other'] }
  expect(nodeOf(aTopology({ pools: [elsewhere] }))).toBe('no_pool')
  expect(nodeOf(aTopology({ meetings: [aMeeting({ regions: ['mars'] })] }))).toBe('no_region')
  expect(nodeOf(aTopology({ meetings: [aMeeting({ pools: ['west'] })] }))).toBe('c')
})

test('a door that is shut is kept shut to who comes new, and opens by itself', () => {
  const at = (opensAtMs: number): Topology => aTopology({ meetings: [aMeeting({ opensAtMs, pools: ['west'] })] })
  expect(choose(at(wallMs + 1))).toMatchObject({ result: 'refused', code: 'meeting_not_started' })
  expect(nodeOf(at(wallMs + 1), { replaces: '01J00000000000000000000000' })).toBe('c')
  expect(nodeOf(at(wallMs))).toBe('c')
})

test('where no node takes anybody it is a matter of time: nobody is sent away, least of all who comes back', () => {
  const comingBack = { replaces: '01J00000000000000000000000' }
  const closed = aTopology({ nodes: [aNode('a', { accepting: false }), aNode('b', { accepting: false, draining: true })] })
  expect(choose(closed)).toMatchObject({ result: 'tryAfter', code: 'no_node_ready' })
  expect(choose(closed, { ...comingBack, excludeNodes: ['a'] })).toMatchObject({ result: 'tryAfter', code: 'no_node_ready' })
  expect(choose(aTopology({ nodes: [] }))).toMatchObject({ result: 'tryAfter', code: 'no_node_ready' })
  const old = aTopology({ pools: [] })
  expect(choose(old)).toMatchObject({ result: 'refused', code: 'meeting_unknown' })
  expect(choose(old, comingBack)).toMatchObject({ result: 'tryAfter', code: 'meeting_unknown' })
})

test('who was failed by every node that takes people gets one of them again', () => {
  const topology = aTopology({ nodes: [aNode('a'), aNode('b', { accepting: false })] })
  expect(nodeOf(topology, { excludeNodes: ['a', 'b'] })).toBe('a')
})

test('the ranking does not depend on the order of the nodes, and a node that goes moves only its own meetings', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 30 })
  fc.assert(
    fc.property(names, fc.string(), fc.nat(), (all, key, pick) => {
      const nodes = all.map((name) => ({ name }))
      const [first] = rankByRendezvous(key, nodes)
      expect(rankByRendezvous(key, nodes.toReversed())[0]).toEqual(first)
      const gone = nodes[pick % nodes.length]
      const [after] = rankByRendezvous(
        key,
        nodes.filter((node) => node !== gone),
      )
      expect(gone === first ? first : after).toEqual(first)
    }),
  )
})

test('meetings spread over the nodes: of 8,000 on 8 nodes each gets a fair part', () => {
  const nodes = Array.from({ length: 8 }, (_, index) => ({ name: `node-${index}` }))
  const counts = new Map<string, number>()
  for (let index = 0; index < 8_000; index++) {
    const name = rankByRendezvous(`demo/meeting-${index}`, nodes)[0]?.name ?? ''
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150)
})

test('all who place a new meeting within the hour mint one incarnation, larger than what an operator minted meanwhile', () => {
  const nowMs = Date.UTC(2026, 5, 1, 10, 20)
  const at = (meeting: string, epoch: number, laterMs: number) =>
    fallbackIncarnation({ namespace: 'demo', name: meeting }, { epoch, nowMs: nowMs + laterMs })
  expect(at('standup', 3, 0)).toMatch(ulidPattern)
  expect(at('standup', 3, 0)).toBe(at('standup', 3, 60_000))
  expect(at('standup', 3, 0)).not.toBe(at('standup', 4, 0))
  expect(at('standup', 3, 0)).not.toBe(at('retro', 3, 0))
  expect(at('standup', 3, 3_600_000) > at('standup', 3, 0)).toBe(true)
})
