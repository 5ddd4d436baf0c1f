import { expect, test } from 'vitest'

import type { SegmentReport } from '../../sfu/api/order.ts'
import { ALedger } from '../testing/aLedger.ts'
import { viewDrain } from './drainView.ts'

const ulid = (last: string): string => `01J0000000000000000000000${last}`
const demo = { namespace: 'demo', name: 'board' }

/** A segment of the meeting under this incarnation, with people of these names. */
const aSegment = (incarnation: string, people: readonly string[]): SegmentReport => ({
  ...{
    meeting: { ...demo, incarnation },
    epoch: 1,
    generation: 1,
    role: 'core',
    fallback: false,
    worker: 0,
    peers: [],
    createdAtMs: 1,
  },
  participants: people.map((participant, at) => {
    return { participant, attachment: ulid(`${at + 1}`), publishing: true, hidden: false }
  }),
})

/** eu-1 drains, and has people of the meeting under an earlier incarnation than the one that counts, which stands on eu-2. */
function aStrayThatDrains({ disruption = 'any', others }: { disruption?: 'any' | 'never'; others?: string } = {}): ALedger {
  const world = new ALedger().pool('eu', 'eu-west').meeting('board', { disruption })
  world.node('eu-2', { pool: 'eu', drained: others }).node('eu-1', { pool: 'eu', drained: 'upgrade' })
  world.ledger.hear('eu-2', { type: 'segment', segment: aSegment(ulid('9'), ['ann']) }, world.nowMs)
  world.ledger.hear('eu-1', { type: 'segment', segment: aSegment(ulid('2'), ['bob', 'cid']) }, world.nowMs)
  return world
}

const meetingsOf = ({ ledger, nowMs }: ALedger, name: string) => {
  const node = ledger.nodes.get(name)
  if (node === undefined) throw new Error(`there is no ${name}`)
  return viewDrain(ledger, node, { nowMs, wallMs: nowMs }).meetings
}

test('people under an incarnation that is left over are kept by their meeting as all others: the agent knows them by its name', () => {
  const held = { reason: 'Never', why: 'its spec.disruption lets nobody be moved' }
  expect(meetingsOf(aStrayThatDrains({ disruption: 'never' }), 'eu-1')).toMatchObject([{ meeting: 'demo/board', here: 2, held }])
})

test('they are kept where nobody has room for them, and share the budget of their meeting', () => {
  expect(meetingsOf(aStrayThatDrains(), 'eu-1')).toMatchObject([{ here: 2, held: undefined, shared: undefined }])
  const shared = { nodes: ['eu-1', 'eu-2'], people: 3 }
  expect(meetingsOf(aStrayThatDrains({ others: 'upgrade' }), 'eu-1')).toMatchObject([
    { here: 2, held: { reason: 'NoPlace' }, shared },
  ])
})

test('who is in a meeting that is over holds up no drain; who has nowhere to go does', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('eu-1', { pool: 'eu' }).meeting('over').meeting('standup')
  for (const name of ['over', 'standup']) world.join(name, 'ann')
  world.meeting('over', { ended: true }).node('eu-1', { pool: 'eu', drained: 'upgrade' })
  expect(meetingsOf(world, 'eu-1')).toMatchObject([
    { meeting: 'demo/over', held: undefined },
    { meeting: 'demo/standup', held: { reason: 'NoPlace', why: 'no media node in eu-west is ready' } },
  ])
})

test('who holds a grant that is not used yet is not there, though their meeting may have them stay once they are', () => {
  const world = new ALedger().pool('eu', 'eu-west').node('eu-1', { pool: 'eu' }).meeting('board')
  world.join('board', 'ann')
  world.node('eu-1', { pool: 'eu', drained: 'upgrade' })
  expect(meetingsOf(world, 'eu-1')).toMatchObject([{ meeting: 'demo/board', here: 0, held: { reason: 'NoPlace' } }])
})
