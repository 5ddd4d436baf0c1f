import { expect, test } from 'vitest'

import { namesOf } from '../testing/fakeAgent.ts'
import { aWorld } from '../testing/world.ts'

const opus = { codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 }] }

test('a lost socket leaves the media, others see it, and a resume at another replica goes on', async () => {
  const { agents, replica, clock } = aWorld()
  const [one, other] = [replica(), replica()]
  const watching = one.connect()
  await watching.join({ sub: 'bob', name: 'Bob' })
  const client = one.connect()
  const { resumeToken, sessionEpoch, self } = await client.join()
  const { consumerId } = await client.request('consume', { transportId: 't1', trackId: 'bob/microphone' })
  client.lose()
  await clock.advance(0)
  expect(watching.toldOf('roster').at(-1)?.changes).toMatchObject([{ type: 'connection', participant: 'ada', connected: false }])

  const again = other.connect()
  const welcome = await again.request('resume', { resumeToken, sessionEpoch })
  expect(welcome.self).toEqual(self)
  expect(welcome).toMatchObject({ node: { name: 'media-a', region: 'eu-west' }, consumerIds: [consumerId] })
  expect(welcome.iceServers.at(-1)).toMatchObject({ urls: ['turn:topology:3478'] })
  expect(welcome.sessionEpoch).toBeGreaterThan(sessionEpoch)
  expect(namesOf(welcome.roster)).toEqual(['Ada', 'Bob'])
  await again.request('produce', { transportId: 't1', kind: 'audio', source: 'microphone', rtpParameters: opus })
  expect(agents[0].sessions.get(self.attachment)?.requests).toEqual(['consume', 'away', 'produce'])
  await clock.advance(0)
  expect(watching.toldOf('roster').at(-1)?.changes).toMatchObject([{ type: 'track', participant: 'ada' }])
})

test.each(['the same replica', 'another replica'])(
  'a resume at %s while the old socket seems alive takes over',
  async (where) => {
    const { replica, clock } = aWorld()
    const one = replica()
    const client = one.connect()
    const { resumeToken, sessionEpoch } = await client.join()
    const again = (where === 'the same replica' ? one : replica()).connect()
    await again.request('resume', { resumeToken, sessionEpoch })
    await clock.advance(0)
    expect(client.toldOf('closed')).toMatchObject([{ code: 'replaced' }])
    expect(client.closed).toMatchObject({ code: 4000 })
    await clock.advance(1_000)
    await again.request('restartIce', { transportId: 't1' })
    expect(again.closed).toBeUndefined()
  },
)

test('a resume whose answer was lost can be tried again with the same epoch', async () => {
  const { replica, clock } = aWorld()
  const one = replica()
  const client = one.connect()
  const { resumeToken, sessionEpoch } = await client.join()
  client.lose()
  const lost = one.connect()
  const { sessionEpoch: missed } = await lost.request('resume', { resumeToken, sessionEpoch })
  await clock.advance(10)
  const again = await one.connect().request('resume', { resumeToken, sessionEpoch })
  expect(again.sessionEpoch).toBeGreaterThan(missed)
})

test('what is told while the client is away is in its next welcome', async () => {
  const { replica, clock } = aWorld()
  const { connect } = replica()
  const [ada, bob] = [connect(), connect()]
  const { resumeToken, sessionEpoch } = await ada.join()
  await bob.join({ sub: 'bob', name: 'Bob' })
  ada.lose()
  await bob.request('sendChat', { text: 'still here?', clientMessageId: 'message-1' })
  const again = connect()
  const welcome = await again.request('resume', { resumeToken, sessionEpoch })
  await clock.advance(0)
  expect(welcome.chat).toMatchObject([{ name: 'Bob', text: 'still here?' }])
  expect(again.toldOf('chat')).toEqual([])
})

test('when everybody was away for a while the chat is still there, and not for ever', async () => {
  const { replica, clock, streams } = aWorld()
  const { connect } = replica()
  const ada = connect()
  const { resumeToken, sessionEpoch } = await ada.join()
  await ada.request('sendChat', { text: 'back soon', clientMessageId: 'message-1' })
  ada.lose()
  await clock.advance(59_000)
  const again = connect()
  const { chat } = await again.request('resume', { resumeToken, sessionEpoch })
  expect(chat).toMatchObject([{ text: 'back soon' }])
  again.lose()
  await clock.advance(180_000)
  expect(streams.size).toBe(0)
})

test('a session that its media node has ended cannot be resumed', async () => {
  const { agents, replica } = aWorld()
  const { connect } = replica()
  const client = connect()
  const { resumeToken, sessionEpoch, self } = await client.join()
  client.lose()
  agents[0].end(self.attachment, 'away_too_long')
  const again = connect()
  await expect(again.request('resume', { resumeToken, sessionEpoch })).rejects.toMatchObject({
    code: 'resume_invalid',
    status: 410,
  })
  const joined = await again.join({}, { replaces: resumeToken })
  expect(joined.self.attachment).not.toBe(self.attachment)
})

test('a resume token that is forged or old is refused, and a media node that is away is told as such', async () => {
  const { agents, replica, clock } = aWorld()
  const { connect } = replica()
  const client = connect()
  const { resumeToken, sessionEpoch } = await client.join()
  const refused = { code: 'resume_invalid', field: 'data.resumeToken' }
  await expect(connect().request('resume', { resumeToken: `${resumeToken}x`, sessionEpoch })).rejects.toMatchObject(refused)
  agents[0].trouble = 'down'
  agents[0].loseConnections()
  await expect(connect().request('resume', { resumeToken, sessionEpoch })).rejects.toMatchObject({
    ...{ code: 'media_node_unreachable', retry: 'elsewhere' },
  })
  client.lose()
  await clock.advance(25 * 60 * 60_000)
  await expect(connect().request('resume', { resumeToken, sessionEpoch })).rejects.toMatchObject(refused)
})

test('a replica that stops sends its clients elsewhere, and their media stays', async () => {
  const { agents, replica, clock } = aWorld()
  const one = replica()
  const [ada, waiting] = [one.connect(), one.connect()]
  const { resumeToken, sessionEpoch, self } = await ada.join()
  one.clients.stopAll()
  one.links.close()
  await clock.advance(0)
  expect([ada.closed?.code, waiting.closed?.code]).toEqual([1001, 1001])
  expect(agents[0].sessions.get(self.attachment)).toMatchObject({ peer: undefined })
  const welcome = await replica().connect().request('resume', { resumeToken, sessionEpoch })
  expect(welcome.self.attachment).toBe(self.attachment)
})
