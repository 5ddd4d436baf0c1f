import { expect, test } from 'vitest'

import { sessionAwayMs } from '../api/session.ts'
import { fakeCascade, type FakeNode } from '../testing/fakeCascade.ts'
import { movedAwayMs } from '../api/move.ts'
import { replacedElsewhereAfterMs } from './attachments.ts'

const here = (node: FakeNode) =>
  node.segment.attachments.reports.map(({ participant, publishing }) => `${participant}${publishing ? '*' : ''}`)

test('a session whose connection is lost keeps its media for a while, then ends with all of it', async () => {
  const cascade = fakeCascade()
  const a = cascade.node('a')
  const ann = a.enter('ann')
  const { producerId } = await ann.publish('microphone')
  a.segment.attachments.leave(ann.session)
  await cascade.clock.advance(sessionAwayMs - 1)
  expect(here(a)).toEqual(['ann*'])
  expect(a.segment.roster.entries).toMatchObject([{ connected: false, tracks: [{ producerId }] }])
  await cascade.clock.advance(1)
  expect(here(a)).toEqual([])
  expect(a.people()).toEqual([])
  expect([...a.media.open].filter((id) => !id.startsWith('router'))).toEqual([])
})

test('a resume stops the clock, and a lower epoch does not own', async () => {
  const cascade = fakeCascade()
  const a = cascade.node('a')
  const { session } = a.enter('ann')
  const { attachments } = a.segment
  attachments.leave(session)
  await cascade.clock.advance(sessionAwayMs / 2)
  const sink = { tellSession: () => undefined, tellMeeting: () => undefined }
  expect(() => attachments.resume(session, sink, 1)).toThrow(expect.objectContaining({ code: 'session_superseded' }) as Error)
  attachments.resume(session, sink, 2)
  await cascade.clock.advance(sessionAwayMs)
  expect(here(a)).toEqual(['ann'])
  expect(a.segment.roster.entries).toMatchObject([{ connected: true }])
})

test('a move: the later attachment elsewhere leaves the older time to end its path, then takes its place', async () => {
  const cascade = fakeCascade()
  const [a, b] = [cascade.node('a'), cascade.node('b')]
  cascade.order([[a, b]])
  await cascade.settle()
  const older = a.enter('ann')
  const before = await older.publish('camera')
  await cascade.settle()
  const newer = b.enter('ann', { replaces: older.session.identity.attachment })
  const after = await newer.publish('camera')
  await cascade.settle()
  expect(a.segment.roster.tracks('ann/camera').map(({ track }) => track)).toMatchObject([
    { producerId: after.producerId, replaces: before.producerId },
    { producerId: before.producerId },
  ])
  await cascade.settle(replacedElsewhereAfterMs - 2_000)
  expect(here(a)).toEqual(['ann*'])
  await cascade.settle(4_000)
  expect(here(a)).toEqual([])
  expect(older.told.at(-1)).toEqual({ method: 'closed', data: { reason: 'replaced' } })
  expect(here(b)).toEqual(['ann*'])
  expect(a.people()).toEqual(['ann'])
})

test('two joins of one identity on two nodes at once: the later wins everywhere', async () => {
  const cascade = fakeCascade()
  const [a, b] = [cascade.node('a'), cascade.node('b')]
  const first = a.enter('ann')
  const second = b.enter('ann')
  cascade.order([[a, b]])
  await cascade.settle(replacedElsewhereAfterMs * 2)
  expect([first.session.gone, second.session.gone]).toEqual([true, false])
  expect([a.people(), b.people()]).toEqual([['ann'], ['ann']])
})

test('a stay on a lost node keeps nobody out who left by a later one', async () => {
  const cascade = fakeCascade()
  const [a, b] = [cascade.node('a'), cascade.node('b')]
  cascade.order([[a, b]])
  await cascade.settle()
  const lost = a.enter('ann').session.identity.attachment
  await cascade.settle()
  cascade.network.blocked = true
  cascade.network.cut()
  const inUse = expect.objectContaining({ code: 'identity_in_use' }) as Error
  expect(() => b.enter('ann')).toThrow(inUse)
  const { session } = b.enter('ann', { replaces: lost })
  // Twice in the meeting, by what b hears: nobody comes a third time.
  expect(() => b.enter('ann')).toThrow(inUse)
  b.segment.attachments.close(session)
  expect(b.segment.roster.of('ann').map(({ attachment }) => attachment)).toEqual([lost])
  b.enter('ann')
  expect(here(b)).toEqual(['ann'])
})

test('one who publishes and leaves is one step out of the roster, not one a track', async () => {
  const cascade = fakeCascade()
  const a = cascade.node('a')
  const [ann, bob] = [a.enter('ann'), a.enter('bob')]
  await ann.publish('microphone')
  await ann.publish('camera')
  const { consumerId } = await bob.watch('ann/camera')
  const before = a.segment.roster.revision
  a.segment.attachments.close(ann.session)
  expect(a.segment.roster.revision).toBe(before + 1)
  expect(bob.told).toContainEqual({ method: 'consumerClosed', data: { consumerId } })
})

test('an older grant does not bring back who was followed by a later attachment', () => {
  const a = fakeCascade().node('a')
  const late = '01AAAAAAAAAAAAAAAAAAAAAAAA'
  const ann = a.enter('ann')
  a.segment.attachments.leave(ann.session)
  expect(() => a.enter('ann', { attachment: late })).toThrow(expect.objectContaining({ code: 'attachment_gone' }) as Error)
})

test('who is moved away is told, and stays to be seen and heard until a little after they are back elsewhere', async () => {
  const cascade = fakeCascade()
  const [a, b] = [cascade.node('a'), cascade.node('b')]
  cascade.order([[a, b]])
  await cascade.settle()
  const older = a.enter('ann')
  await older.publish('microphone')
  a.segment.attachments.moveAway(older.session, 'node_draining')
  expect(older.told.at(-1)).toEqual({ method: 'closed', data: { reason: 'node_draining' } })
  await cascade.settle(1_000)
  expect(here(a)).toEqual(['ann*'])
  expect(b.people()).toEqual(['ann'])
  b.enter('ann', { replaces: older.session.identity.attachment })
  await cascade.settle(movedAwayMs.beside - 1_000)
  expect(here(a)).toEqual(['ann*'])
  await cascade.settle(2_000)
  expect(here(a)).toEqual([])
  expect(b.people()).toEqual(['ann'])
})

test('who is moved away and does not come back is gone after a while; one whose connection is lost is not told, and stays', async () => {
  const cascade = fakeCascade()
  const a = cascade.node('a')
  const [ann, bob] = [a.enter('ann'), a.enter('bob')]
  a.segment.attachments.leave(bob.session)
  for (const { session } of [ann, bob]) a.segment.attachments.moveAway(session, 'node_draining')
  await cascade.clock.advance(movedAwayMs.withoutPlace)
  expect(here(a)).toEqual(['bob'])
  expect(bob.told).toEqual([])
})

test('who was moved away and goes on with the session all the same has it', async () => {
  const cascade = fakeCascade()
  const a = cascade.node('a')
  const { session } = a.enter('ann')
  const { attachments } = a.segment
  attachments.moveAway(session, 'node_draining')
  attachments.resume(session, { tellSession: () => undefined, tellMeeting: () => undefined }, 2)
  await cascade.clock.advance(2 * movedAwayMs.withoutPlace)
  expect(here(a)).toEqual(['ann'])
  expect(a.segment.roster.entries).toMatchObject([{ connected: true }])
})

test('who shares a screen is told as one who does, until they stop', async () => {
  const cascade = fakeCascade()
  const a = cascade.node('a')
  const ann = a.enter('ann')
  const sharing = () => a.segment.attachments.reports.map(({ screen }) => screen)
  await ann.publish('camera')
  expect(sharing()).toEqual([undefined])
  const { producerId } = await ann.publish('screen')
  expect(sharing()).toEqual([true])
  ann.session.producers.closeOne(producerId)
  expect(sharing()).toEqual([undefined])
})

/** A segment of a meeting of ten, of which its order gives it so many. */
function withPlaces(places: number) {
  const cascade = fakeCascade()
  const [a, b] = [cascade.node('a'), cascade.node('b')]
  cascade.order([[a, b]])
  const order = a.segment.order
  if (order === undefined) throw new Error('a has no order')
  a.segment.take({ ...order, generation: order.generation + 1, limits: { maxParticipants: 10, places } })
  return { cascade, a, b }
}

test('a segment lets in as many as its order gives it, and tells how many those are', async () => {
  const { a } = withPlaces(2)
  a.enter('ann')
  a.enter('recorder', { rights: { publish: [], subscribe: true, hidden: true } })
  const { session } = a.enter('bob')
  expect(() => a.enter('cid')).toThrow(expect.objectContaining({ code: 'no_place_here', retry: 'elsewhere' }) as Error)
  expect(a.segment.report().places).toBe(2)
  a.segment.attachments.close(session)
  a.enter('cid')
  expect(here(a)).toEqual(['ann', 'recorder', 'cid'])
})

test('who is in the meeting already needs no further place, by the roster or by the word of an operator', async () => {
  const { cascade, a, b } = withPlaces(0)
  await cascade.settle()
  const { session } = b.enter('ann')
  await cascade.settle()
  a.enter('ann', { replaces: session.identity.attachment })
  const limit = { maxParticipants: 10, epoch: 1 }
  a.enter('bob', { limit: { ...limit, seated: true } })
  expect(() => a.enter('cid', { limit })).toThrow(expect.objectContaining({ code: 'no_place_here' }) as Error)
  expect(here(a)).toEqual(['ann', 'bob'])
})

test('who is in a meeting that has too many in it goes to another node as anybody, and nobody new comes', async () => {
  const { cascade, a, b } = withPlaces(0)
  await cascade.settle()
  const [ann] = [b.enter('ann'), b.enter('bob'), b.enter('cid')]
  await cascade.settle()
  const { order } = a.segment
  if (order === undefined) throw new Error('a has no order')
  a.segment.take({ ...order, generation: order.generation + 1, limits: { maxParticipants: 2, places: 0 } })
  a.enter('ann', { replaces: ann.session.identity.attachment })
  expect(here(a)).toEqual(['ann'])
  expect(() => a.enter('dan')).toThrow(expect.objectContaining({ code: 'meeting_full', retry: 'later' }) as Error)
})

test('who is on the way from one node to another takes one place of the meeting', async () => {
  const { cascade, a, b } = withPlaces(10)
  await cascade.settle()
  const { session } = b.enter('ann')
  await cascade.settle()
  const { order } = a.segment
  if (order === undefined) throw new Error('a has no order')
  a.segment.take({ ...order, generation: order.generation + 1, limits: { maxParticipants: 2, places: 2 } })
  a.enter('ann', { replaces: session.identity.attachment })
  expect(a.segment.roster.entries).toHaveLength(2)
  a.enter('bob')
  expect(here(a)).toEqual(['ann', 'bob'])
  expect(() => a.enter('cid')).toThrow(expect.objectContaining({ code: 'meeting_full' }) as Error)
})

test('without an order there is no place for whom an operator counted, nor where the meeting stands elsewhere', () => {
  const a = fakeCascade().node('a')
  const none = expect.objectContaining({ code: 'no_place_here' }) as Error
  expect(() => a.enter('ann', { limit: { maxParticipants: 10, epoch: 1, seated: true } })).toThrow(none)
  expect(() => a.enter('ann', { limit: { maxParticipants: 10, standing: true } })).toThrow(none)
  a.enter('ann', { limit: { maxParticipants: 10 } })
  expect(a.segment.report().places).toBeUndefined()
})

test('who was granted a place waits for the order that gives it to this segment, and not for long', async () => {
  const { cascade, a } = withPlaces(0)
  const { order } = a.segment
  if (order === undefined) throw new Error('a has no order')
  const rights = { publish: [], subscribe: true, hidden: false }
  const attachment = '01J00000000000000000000009'
  const grant = { sub: 'ann', name: 'Ann', meeting: cascade.meeting, attachment, rights }
  let waits = true
  const waiting = a.segment.placeWithin(grant, 1_000).then(() => (waits = false))
  await cascade.clock.advance(500)
  a.segment.take({ ...order, generation: order.generation + 1 })
  await cascade.clock.advance(0)
  expect(waits).toBe(true)
  a.segment.take({ ...order, generation: order.generation + 2, limits: { maxParticipants: 10, places: 1 } })
  await waiting
  a.enter('ann')
  const another = a.segment.placeWithin({ ...grant, sub: 'bob' }, 1_000)
  await cascade.clock.advance(1_000)
  await another
  expect(a.segment.attachments.hasPlaceFor({ ...grant, sub: 'bob' })).toBe(false)
})
