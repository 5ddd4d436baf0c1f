import { expect, test } from 'vitest'

import type { Welcome } from '../api/protocol.ts'
import { applyChange, rosterOf } from '../../sfu/api/roster.ts'
import type { CloseReason } from '../../sfu/api/session.ts'
import { namesOf } from '../testing/fakeAgent.ts'
import { until } from '../testing/until.ts'
import { aWorld, type TestClient } from '../testing/world.ts'

/** The roster as the client has it after everything that it was told. */
function rosterAt(client: TestClient, welcome: Welcome): readonly string[] {
  const changes = client.toldOf('roster').flatMap((told) => told.changes)
  return namesOf(changes.reduce(applyChange, rosterOf(welcome.roster)).values())
}
const revisions = (client: TestClient): readonly number[] => client.toldOf('roster').map(({ revision }) => revision)

test('a lost connection to the media node is told, and so is what was missed once it is back', async () => {
  const { agents, replica, clock } = aWorld()
  const { connect } = replica()
  const ada = connect()
  const welcome = await ada.join()
  const { meeting, self } = welcome
  const { consumerId: kept } = await ada.request('consume', { transportId: 't1', trackId: 'x/camera' })
  const { consumerId: lost } = await ada.request('consume', { transportId: 't1', trackId: 'y/camera' })
  agents[0].trouble = 'down'
  agents[0].loseConnections()
  await clock.advance(0)
  expect(ada.toldOf('session')).toMatchObject([{ state: 'degraded' }])
  await expect(ada.request('requestKeyFrame', { consumerId: kept })).rejects.toMatchObject({
    code: 'unavailable',
    retry: 'later',
  })
  await ada.request('sendChat', { text: 'chat goes on', clientMessageId: 'message-1' })

  const entry = { participant: 'bob', attachment: '01KDVAHJ0000000000000000AB', name: 'Bob', node: 'media-a', connected: true }
  agents[0].change(meeting, { type: 'joined', entry: { ...entry, joinedAtMs: 0, tracks: [] } })
  agents[0].sessions.get(self.attachment)?.consumers.delete(lost)
  agents[0].trouble = 'none'
  await clock.advance(5_000)
  await until('a session that is live again', () => ada.toldOf('session').length === 2)
  expect(ada.toldOf('session')[1]).toMatchObject({ state: 'live' })
  expect(ada.toldOf('consumerClosed')).toEqual([{ consumerId: lost }])
  expect(rosterAt(ada, welcome)).toEqual(['Ada', 'Bob'])
  expect(revisions(ada)).toEqual(revisions(ada).map((_, each) => welcome.revision + 1 + each))
  await ada.request('requestKeyFrame', { consumerId: kept })
})

test('a session that was resumed on the node by its replica can still be resumed by its client', async () => {
  const { agents, replica, clock } = aWorld()
  const client = replica().connect()
  const { resumeToken, sessionEpoch } = await client.join()
  for (const _ of [1, 2, 3]) {
    agents[0].loseConnections()
    await clock.advance(1_000)
  }
  expect(client.toldOf('session').at(-1)).toMatchObject({ state: 'live' })
  const welcome = await replica().connect().request('resume', { resumeToken, sessionEpoch })
  expect(welcome.sessionEpoch).toBeGreaterThan(sessionEpoch + 3)
})

test('a replica does not take a session back that its client has resumed elsewhere', async () => {
  const { agents, replica, clock } = aWorld()
  const old = replica().connect()
  const { resumeToken, sessionEpoch } = await old.join()
  agents[0].loseConnections()
  const again = replica().connect()
  await again.request('resume', { resumeToken, sessionEpoch })
  await clock.advance(5_000)
  expect(old.toldOf('closed')).toMatchObject([{ code: 'replaced' }])
  await again.request('restartIce', { transportId: 't1' })
  expect(again.told).toEqual([])
})

test('a node that was started again has forgotten everybody: they join anew, also there', async () => {
  const { agents, replica, clock } = aWorld()
  const { connect } = replica()
  const ada = connect()
  const { resumeToken } = await ada.join()
  agents[0].restart()
  await clock.advance(1_000)
  expect(ada.toldOf('session').at(-1)).toMatchObject({ state: 'rejoin' })
  expect(ada.toldOf('session').at(-1)).not.toHaveProperty('excludeNodes')
  expect(ada.closed).toBeUndefined()
  const welcome = await ada.join({}, { replaces: resumeToken })
  expect(welcome.node.name).toBe('media-a')
  expect(namesOf(welcome.roster)).toEqual(['Ada'])
})

test('a node that does not come back is given up after a minute, and excluded', async () => {
  const { agents, replica, clock } = aWorld()
  const { connect, links, rooms } = replica()
  const ada = connect()
  await ada.join()
  agents[0].trouble = 'down'
  agents[0].loseConnections()
  await clock.advance(59_000)
  expect(ada.toldOf('session')).toMatchObject([{ state: 'degraded' }])
  await clock.advance(7_000)
  expect(ada.toldOf('session')[1]).toMatchObject({ state: 'rejoin', excludeNodes: ['media-a'] })
  expect(rooms.size).toBe(0)
  await expect(ada.request('leave', {})).rejects.toMatchObject({ code: 'not_joined' })
  const { node } = await ada.join({}, { excludeNodes: ['media-a'] })
  expect(node.name).toBe('media-b')
  await clock.advance(60_000)
  expect(links.size).toBe(1)
  expect(ada.closed).toBeUndefined()
})

test('a node that cannot be dialled and that the operator does not list is given up at once', async () => {
  const { agents, placement, replica, clock } = aWorld()
  const ada = replica().connect()
  await ada.join()
  placement.listed = ['media-b']
  agents[0].trouble = 'down'
  agents[0].loseConnections()
  await clock.advance(1_000)
  expect(ada.toldOf('session')[1]).toMatchObject({ state: 'rejoin', excludeNodes: ['media-a'] })
  await clock.advance(60_000)
  expect(ada.closed).toMatchObject({ code: 4001 })
})

test('one connection carries all clients of a node, and all of them come back', async () => {
  const { agents, replica, clock } = aWorld()
  const { connect } = replica()
  const clients = Array.from({ length: 20 }, connect)
  await Promise.all(clients.map((client, each) => client.join({ sub: `p${each}`, name: `P${each}` })))
  expect(agents[0].connections).toBe(1)
  agents[0].loseConnections()
  await clock.advance(1_000)
  await until('all to be live', () => clients.every((client) => client.toldOf('session').length === 2))
  expect([...agents[0].sessions.values()].every(({ peer }) => peer)).toBe(true)
  expect(agents[0].connections).toBe(1)
})

test.each([
  ['meeting_ended', { method: 'closed', data: { code: 'meeting_ended' } }],
  ['node_stopping', { method: 'session', data: { state: 'rejoin', excludeNodes: ['media-a'] } }],
  ['node_draining', { method: 'session', data: { state: 'rejoin', reason: 'node_draining', excludeNodes: ['media-a'] } }],
  ['moved', { method: 'session', data: { state: 'rejoin', reason: 'moved', excludeNodes: ['media-a'] } }],
  ['worker_died', { method: 'session', data: { state: 'rejoin' } }],
] as const)('a seat that its node ends by %s', async (reason, told) => {
  const { agents, replica, clock } = aWorld()
  const ada = replica().connect()
  const { self } = await ada.join()
  agents[0].end(self.attachment, reason)
  await clock.advance(0)
  expect(ada.told.at(-1)).toMatchObject(told)
})

test('what a node tells one session reaches its client only', async () => {
  const { agents, replica, clock } = aWorld()
  const { connect } = replica()
  const [ada, bob] = [connect(), connect()]
  const { self } = await ada.join()
  await bob.join({ sub: 'bob', name: 'Bob' })
  const state = { transportId: 't1', iceState: 'disconnected', dtlsState: 'connected' } as const
  agents[0].tell(self.attachment, 'transportState', state)
  await clock.advance(0)
  expect(ada.toldOf('transportState')).toEqual([state])
  expect(bob.toldOf('transportState')).toEqual([])
})

test('a newer media node that ends a session for a reason that is not known here sends its client to join again', async () => {
  const { agents, replica } = aWorld()
  const client = replica().connect()
  const { self } = await client.join()
  agents[0].end(self.attachment, 'moon_phase' as CloseReason)
  await until('a word about the session', () => client.toldOf('session').length === 1)
  expect(client.toldOf('session')).toMatchObject([{ state: 'rejoin', reason: 'segment_closed' }])
  await client.join()
})
