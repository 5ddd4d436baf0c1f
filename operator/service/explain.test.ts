import { expect, test } from 'vitest'

import { ALedger } from '../testing/aLedger.ts'
import { explainMeeting } from './explain.ts'

test('of a meeting whose node drains it is said that its people leave, why nobody comes, and where to instead', () => {
  const world = new ALedger()
    .pool('eu', 'eu-west')
    .node('a', { pool: 'eu' })
    .node('b', { pool: 'eu', cpu: 0.1 })
    .meeting('standup')
  world.join('standup', 'ann')
  world.node('a', { pool: 'eu', drained: 'kernel upgrade' })
  const at = { nowMs: world.nowMs, wallMs: 0, epoch: 1 }
  const explanation = explainMeeting(world.ledger, { namespace: 'demo', name: 'standup' }, at)
  expect(explanation?.why).toMatch(/; its people leave a, which drains$/)
  expect(explanation?.nodes).toMatchObject([
    { node: 'b', takes: true },
    { node: 'a', takes: false, why: 'draining: asked for by spec.drain: kernel upgrade' },
  ])
})

test('who would join finds where they go, the regions in order, and each node with the reason, the first choice first', () => {
  const world = new ALedger()
    .pool('eu', 'eu-west')
    .pool('us', 'us-east')
    .pool('other', 'us-east', { allowedNamespaces: ['other'] })
    .node('a', { pool: 'eu', cpu: 0.3 })
    .node('b', { pool: 'eu', cpu: 0.1 })
    .node('c', { pool: 'eu', cpu: 0.9 })
    .node('d', { pool: 'us' })
    .node('e', { pool: 'other' })
    .node('f', { pool: 'us', cordoned: true })
    .meeting('standup')
  world.join('standup', 'ann', { region: 'eu-west' })
  world.nowMs += 1_000
  for (const [name, cpu] of Object.entries({ a: 0.3, b: 0.1, c: 0.9, d: 0, e: 0, f: 0 })) world.load(name, cpu)
  const at = { nowMs: world.nowMs, wallMs: 0, epoch: 1 }
  const { join, regions, nodes } = explainMeeting(world.ledger, { namespace: 'demo', name: 'standup' }, at) ?? {}
  expect(join).toEqual({ result: 'placed', node: 'b', reason: 'hosts the meeting in eu-west (load 0.12)' })
  expect(regions).toEqual([
    { region: 'eu-west', why: 'hosts the meeting; least load 0.12' },
    { region: 'us-east', why: 'least load 0.00' },
  ])
  expect(nodes?.map(({ node, takes, why }) => `${node} ${takes ? 'takes' : 'refuses'}: ${why}`)).toEqual([
    'b takes: hosts the meeting, load 0.12, of CPU',
    'a takes: would open a segment, load 0.30, of CPU',
    'd takes: would open a segment, load 0.00, of CPU',
    'c refuses: load 0.90, of CPU, at most 0.6 for new segments',
    'e refuses: its pool other does not take the namespace demo',
    'f refuses: cordoned by spec.cordoned',
  ])
})

test('a join that goes nowhere is told with its code, and so is every node', () => {
  const world = new ALedger()
    .pool('eu', 'eu-west')
    .node('a', { pool: 'eu' })
    .meeting('far', { regions: ['mars'] })
  const at = { nowMs: world.nowMs, wallMs: 0, epoch: 1 }
  expect(explainMeeting(world.ledger, { namespace: 'demo', name: 'far' }, at)).toMatchObject({
    join: { result: 'refused', code: 'no_region', reason: 'spec.regions: no pool of the meeting stands in mars' },
    regions: [],
    nodes: [{ node: 'a', takes: false, why: 'spec.regions does not allow eu-west' }],
  })
})

test('a node that has room opens no segment of a meeting that is on as many as it may be, and says so', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' }).node('b', { pool: 'eu' })
  world.meeting('narrow', { cascade: { maxNodes: 1, topology: 'Auto' } }).join('narrow', 'ann')
  world.node('a', { pool: 'eu', cordoned: true })
  const at = { nowMs: world.nowMs, wallMs: 0, epoch: 1 }
  const { join, nodes } = explainMeeting(world.ledger, { namespace: 'demo', name: 'narrow' }, at) ?? {}
  const why = 'it is on 1 media node, as many as spec.cascade.maxNodes allows'
  expect(join).toEqual({ result: 'tryAfter', code: 'nodes_full', reason: `${why}, and takes no more people there` })
  expect(nodes).toMatchObject([
    { node: 'a', takes: false, why: 'cordoned by spec.cordoned' },
    { node: 'b', takes: false, why },
  ])
})

test('of a node that is kept free for people who are expected it is told how much of its load nobody would find there', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' }).node('b', { pool: 'eu', cpu: 0.5 })
  world.meeting('all-hands', { capacity: { expectedParticipants: 300 } }).meeting('standup')
  world.join('all-hands', 'ann')
  const at = { nowMs: world.nowMs, wallMs: 0, epoch: 1 }
  const told = explainMeeting(world.ledger, { namespace: 'demo', name: 'standup' }, at)?.nodes.map(
    ({ node, why }) => `${node}: ${why}`,
  )
  expect(told).toEqual([
    'b: would open a segment, load 0.50, of CPU',
    expect.stringMatching(/^a: load (0\.\d\d), of \w+ \(\1 reserved\), at most 0\.6 for new segments$/) as string,
  ])
})

test('what keeps people out is told once, also where they were turned away for it', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('a', { pool: 'eu' })
  world.meeting('closed', { access: { locked: true } })
  const at = { nowMs: world.nowMs, wallMs: 0, epoch: 1 }
  const whyOf = (): string | undefined => explainMeeting(world.ledger, { namespace: 'demo', name: 'closed' }, at)?.why
  const locked = 'demo/closed is locked by spec.access.locked'
  expect(whyOf()).toBe(`nobody has joined yet; a join is refused: ${locked}`)
  const told = { code: 'meeting_locked', reason: locked, count: 1, atMs: world.nowMs }
  world.ledger.meetings.open('demo', 'closed', world.nowMs).turnedAway = { count: 1, sinceWallMs: 0, lastAtMs: world.nowMs, told }
  expect(whyOf()).toBe(`nobody has joined yet; a try to join was turned away at 1970-01-01T00:00:00Z because ${locked}`)
})
