import { expect, test } from 'vitest'

import { commonErrors } from '../../kit/errors.ts'
import { placementErrors } from '../../operator/api/errors.ts'
import { namesOf, type FakeAgent } from '../testing/fakeAgent.ts'
import { until } from '../testing/until.ts'
import { aWorld } from '../testing/world.ts'

const connectedOn = ({ sessions }: FakeAgent): number => [...sessions.values()].filter(({ peer }) => peer).length

test('a client joins: it is placed, attached and told everything', async () => {
  const { agents, placement, replica, clock } = aWorld()
  const welcome = await replica()
    .connect()
    .join({}, { region: 'eu-west', rttsMs: { 'eu-west': 12 } })
  expect(welcome).toMatchObject({
    meeting: { namespace: 'default', name: 'standup', title: 'Stand-up' },
    self: { participant: 'ada', name: 'Ada', rights: { subscribe: true, hidden: false } },
    node: { name: 'media-a', region: 'eu-west', reason: 'nearest of 2' },
    iceServers: [{ urls: ['stun:own:3478'] }, { urls: ['turn:pool:3478'], username: `${clock.nowMs() / 1_000 + 300}:ada` }],
    routerRtpCapabilities: { codecs: [] },
    chat: [],
    transports: [],
  })
  expect(namesOf(welcome.roster)).toEqual(['Ada'])
  expect(agents[0].sessions.get(welcome.self.attachment)).toMatchObject({ participant: 'ada', epoch: welcome.sessionEpoch })
  expect(placement.asked).toMatchObject([
    { meeting: { namespace: 'default', name: 'standup' }, request: { region: 'eu-west', rttsMs: { 'eu-west': 12 } } },
  ])
})

test('a meeting that people name as they like is placed under a label, and called what they call it', async () => {
  const { placement, replica } = aWorld()
  const { meeting } = await replica()
    .connect()
    .join({ video: { room: 'Stand Up 🦜', roomJoin: true } })
  expect(meeting).toMatchObject({ name: expect.stringMatching(/^stand-up-[0-9a-f]{8}$/) as string, title: 'Stand Up 🦜' })
  expect(placement.asked).toMatchObject([{ meeting: { name: meeting.name }, request: { title: 'Stand Up 🦜' } }])
})

test('people of one meeting see each other come, publish and go, each change once and without a gap', async () => {
  const { replica, clock } = aWorld()
  const { connect } = replica()
  const ada = connect()
  const { revision } = await ada.join()
  const bob = connect()
  const welcome = await bob.join({ sub: 'bob', name: 'Bob' })
  expect(namesOf(welcome.roster)).toEqual(['Ada', 'Bob'])
  const parameters = { codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 }] }
  await bob.request('produce', { transportId: 't1', kind: 'audio', source: 'microphone', rtpParameters: parameters })
  await bob.request('leave', {})
  await clock.advance(0)
  expect(ada.toldOf('roster')).toMatchObject([
    { revision: revision + 1, changes: [{ type: 'joined', entry: { name: 'Bob' } }] },
    { revision: revision + 2, changes: [{ type: 'track', track: { trackId: 'bob/microphone', muted: false } }] },
    { revision: revision + 3, changes: [{ type: 'left', participant: 'bob' }] },
  ])
  expect(bob.told.at(-1)).toMatchObject({ method: 'closed', data: { code: 'left' } })
  expect(bob.closed).toMatchObject({ code: 4000 })
})

test('whoever leaves leaves nothing', async () => {
  const { agents, placement, replica, clock, streams } = aWorld()
  const { connect, clients, rooms, links } = replica()
  const ada = connect()
  await ada.join()
  expect(await ada.request('leave', {})).toEqual({})
  await clock.advance(0)
  expect([agents[0].sessions.size, placement.standing.size, clients.size, rooms.size]).toEqual([0, 0, 0, 0])
  await clock.advance(60_000)
  expect([agents[0].connections, links.size, streams.size, clock.pending()]).toEqual([0, 0, 0, 0])
})

test('an invitation makes everybody somebody else', async () => {
  const { connect } = aWorld().replica()
  const invited = { sub: undefined, name: undefined } as never
  const first = await connect().join(invited, { displayName: 'Ada' })
  const second = await connect().join(invited, { displayName: 'Ada' })
  expect(first.self.participant).toMatch(/^guest-[0-9A-Z]{26}$/)
  expect(second.self.participant).not.toBe(first.self.participant)
  expect(namesOf(second.roster)).toEqual(['Ada', 'Ada'])
  await expect(connect().join(invited)).rejects.toMatchObject({ code: 'name_needed', field: 'data.displayName' })
})

test('meetings of one name in two namespaces do not mix', async () => {
  const { connect } = aWorld().replica()
  const ada = connect()
  await ada.join()
  await ada.request('sendChat', { text: 'hello', clientMessageId: 'message-1' })
  const welcome = await connect().join({ parley: { namespace: 'sales' } })
  expect(namesOf(welcome.roster)).toEqual(['Ada'])
  expect(welcome.chat).toEqual([])
  expect(ada.toldOf('roster')).toEqual([])
})

test('a second join with one identity is refused, and the first goes on', async () => {
  const { connect } = aWorld().replica()
  const first = connect()
  await first.join()
  const second = connect()
  await expect(second.join()).rejects.toMatchObject({ code: 'identity_in_use', status: 409 })
  expect(first.closed).toBeUndefined()
  await expect(first.join()).rejects.toMatchObject({ code: 'already_joined' })
  await first.request('react', { emoji: '👍' })
})

test('a page that was loaded anew takes the place of its own earlier session', async () => {
  const { connect } = aWorld().replica()
  const first = connect()
  const invited = { sub: undefined, name: undefined } as never
  const { resumeToken, self } = await first.join(invited, { displayName: 'Ada' })
  const second = await connect().join(invited, { replaces: resumeToken })
  expect(second.self).toMatchObject({ participant: self.participant, name: 'Ada' })
  expect(second.self.attachment > self.attachment).toBe(true)
  expect(first.toldOf('closed')).toMatchObject([{ code: 'replaced' }])
  expect(first.closed).toMatchObject({ code: 4000 })
})

test('what is to be replaced must be the same person in the same meeting', async () => {
  const { connect } = aWorld().replica()
  const { resumeToken } = await connect().join()
  const wrong = { code: 'resume_invalid', field: 'data.replaces' }
  await expect(connect().join({ sub: 'bob' }, { replaces: resumeToken })).rejects.toMatchObject(wrong)
  await expect(connect().join({ video: { room: 'retro', roomJoin: true } }, { replaces: resumeToken })).rejects.toMatchObject(
    wrong,
  )
  await expect(connect().join({}, { replaces: 'forged' })).rejects.toMatchObject(wrong)
})

test.each(['full', 'down', 'distrusts'] as const)(
  'a media node that is %s is excluded and another one tried',
  async (trouble) => {
    const { agents, placement, replica } = aWorld()
    agents[0].trouble = trouble
    const welcome = await replica()
      .connect()
      .join({}, { excludeNodes: ['media-x'] })
    expect(welcome.node.name).toBe('media-b')
    expect(placement.asked[1]?.request.excludeNodes).toEqual(['media-x', 'media-a'])
    expect([...placement.standing]).toEqual([welcome.self.attachment])
  },
)

test('a media node that does not answer is left after its time, and what it may have taken is replaced', async () => {
  const { agents, placement, replica, clock } = aWorld()
  agents[0].trouble = 'hangs'
  const joining = replica().connect().join()
  await until('a placement', () => placement.asked.length === 1)
  await clock.advance(10_000)
  expect((await joining).node.name).toBe('media-b')
  expect(placement.asked[1]?.request).toMatchObject({ excludeNodes: ['media-a'], replaces: expect.any(String) as string })
})

test('somebody whose attach answer was lost does not stay where nobody speaks for them, beside where they are', async () => {
  const { agents, placement, replica, clock } = aWorld()
  const { connect } = replica()
  const bob = connect()
  const { node } = await bob.join({ sub: 'bob', name: 'Bob' })
  expect(node.name).toBe('media-a')
  agents[0].trouble = 'loses answers'
  const ada = connect()
  const joining = ada.join()
  await until('an attachment of Ada', () => [...agents[0].sessions.values()].some(({ participant }) => participant === 'ada'))
  await clock.advance(10_000)
  expect((await joining).node.name).toBe('media-b')
  expect([...agents[0].sessions.values()].map(({ participant }) => participant)).toEqual(['bob'])
  expect(bob.toldOf('roster').flatMap(({ changes }) => changes.map(({ type }) => type))).toEqual(['joined', 'left'])
  expect(placement.standing.size).toBe(2)
})

test('two media nodes that fail are an answer, and the client may try again on the same connection', async () => {
  const { agents, placement, replica } = aWorld()
  for (const agent of agents) agent.trouble = 'full'
  const client = replica().connect()
  await expect(client.join()).rejects.toMatchObject({ code: 'node_full', retry: 'elsewhere' })
  expect(placement.standing.size).toBe(0)
  for (const agent of agents) {
    agent.trouble = 'down'
    agent.loseConnections()
  }
  await expect(client.join()).rejects.toMatchObject({ code: 'media_node_unreachable', retry: 'elsewhere' })
  agents[1].trouble = 'none'
  expect((await client.join()).node.name).toBe('media-b')
})

test('what the placement answers reaches the client: refused, later, away', async () => {
  const { placement, replica, logged } = aWorld()
  const client = replica().connect()
  placement.answer = { result: 'refused', code: 'meeting_unknown', reason: 'There is no meeting standup.' }
  await expect(client.join()).rejects.toMatchObject({
    ...{ code: 'placement_refused', retry: 'never', field: 'data.token', message: 'There is no meeting standup.' },
  })
  for (const code of ['meeting_not_started', 'meeting_full', 'meeting_locked', 'meeting_ended'] as const) {
    placement.answer = { result: 'refused', code, reason: `It is so: ${code}.` }
    await expect(client.join()).rejects.toMatchObject({ code, field: 'data.token', message: `It is so: ${code}.` })
  }
  placement.answer = { result: 'tryAfter', code: 'nodes_full', reason: 'All nodes are full.', retryAfterMs: 3_000 }
  await expect(client.join()).rejects.toMatchObject({ code: 'placement_later', retry: 'later', retryAfterMs: 3_000 })
  placement.answer = placementErrors.raise.no_snapshot({})
  await expect(client.join()).rejects.toMatchObject({ code: 'no_snapshot', retry: 'later' })
  placement.answer = commonErrors.raise.unauthorized({ why: 'the placement token is wrong' })
  await expect(client.join()).rejects.toMatchObject({ code: 'unavailable', retry: 'later' })
  expect(logged.join('')).toContain('placement failed')
})

test('a grant of an operator that leads no more is asked for again, for the same node', async () => {
  const { agents, placement, replica } = aWorld()
  agents[0].trouble = 'counts anew'
  expect((await replica().connect().join()).node.name).toBe('media-a')
  expect(placement.asked.map(({ request }) => request.excludeNodes ?? [])).toEqual([[], []])
  expect(placement.standing.size).toBe(1)
})

test('who stands in line is told where, asks again as the same person, and gets in', async () => {
  const { placement, replica, clock } = aWorld()
  const client = replica().connect()
  const queued = (position: number) => ({ result: 'queued' as const, code: 'nodes_full' as const, position, retryAfterMs: 2_000 })
  placement.answer = { ...queued(2), reason: 'all full; number 2 in line' }
  const joining = client.join({ sub: undefined, name: undefined }, { displayName: 'Ada' })
  await until('the first word', () => client.toldOf('waiting').length === 1)
  placement.answer = { ...queued(1), reason: 'all full; number 1 in line' }
  await clock.advance(2_000)
  await until('the second word', () => client.toldOf('waiting').length === 2)
  placement.answer = undefined
  await clock.advance(1_999)
  expect(placement.asked).toHaveLength(2)
  await clock.advance(1)
  const welcome = await joining
  expect(client.toldOf('waiting')).toEqual([
    { position: 2, why: 'all full; number 2 in line' },
    { position: 1, why: 'all full; number 1 in line' },
  ])
  expect(new Set(placement.asked.map(({ request }) => request.participant))).toEqual(new Set([welcome.self.participant]))
})

test('who goes away while in line asks no more; who waits for ten minutes is put off', async () => {
  const { placement, replica, clock } = aWorld()
  const { connect, clients } = replica()
  placement.answer = { result: 'queued', code: 'nodes_full', position: 1, retryAfterMs: 2_000, reason: 'all full' }
  const [gone, patient] = [connect(), connect()]
  const leaving = gone.join().catch((error: unknown) => error)
  // Its own patience ends before: what is looked at is who asks.
  void patient.join({ sub: 'bob', name: 'Bob' }).catch((error: unknown) => error)
  await until('both in line', () => gone.toldOf('waiting').length + patient.toldOf('waiting').length === 2)
  gone.lose()
  await until('one client', () => clients.size === 1)
  await leaving
  const asked = (who: string): number => placement.asked.filter(({ request }) => request.participant === who).length
  const before = asked('ada')
  await clock.advance(602_000)
  expect([asked('ada'), asked('bob')]).toEqual([before, 301])
  await clock.advance(60_000)
  expect(asked('bob')).toBe(301)
})

test.each([0, 1, 5, 20, 100, 300])('a client that goes away %i turns after it asked to join leaves nothing', async (turns) => {
  const { agents, placement, replica, clock } = aWorld()
  const { connect, clients, rooms } = replica()
  const client = connect()
  const joining = client.join().catch(() => undefined)
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
  client.lose()
  await joining
  await until('an end of it all', () => clients.size === 0 && connectedOn(agents[0]) === 0)
  await clock.advance(60_000)
  expect(rooms.size).toBe(0)
  expect(placement.standing.size).toBe(agents[0].sessions.size)
})

test('who does not join in time is let go', async () => {
  const { replica, clock } = aWorld()
  const client = replica().connect()
  await clock.advance(9_000)
  await expect(client.requestRaw('join', { token: 'x' })).rejects.toMatchObject({ code: 'token_invalid' })
  await clock.advance(9_999)
  expect(client.closed).toBeUndefined()
  await clock.advance(2)
  expect(client.closed).toMatchObject({ code: 4001 })
})
