import { expect, test } from 'vitest'

import { sessionAwayMs } from '../api/session.ts'
import { fakeCascade, type FakeNode } from '../testing/fakeCascade.ts'
import { movedAwayMs, replacedElsewhereAfterMs } from './attachments.ts'

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
