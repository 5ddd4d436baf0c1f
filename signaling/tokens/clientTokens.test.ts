import { generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { expect, test } from 'vitest'

import { mintClientToken } from '../api/mintClientToken.ts'
import { createClientTokens } from './clientTokens.ts'

const nowMs = Date.UTC(2026, 0, 1)
const demo = { key: 'demo', secret: 'a secret that is long enough to be one', namespaces: ['default', 'sales'] }
const other = { key: 'other', secret: 'another secret that is long enough, too', namespaces: ['support'] }
const tokens = createClientTokens([demo, other])
const life = { nowMs, lifetimeMs: 60_000 }
const video = { room: 'standup', roomJoin: true } as const

const signed = (claims: JWTPayload, { secret = demo.secret, alg = 'HS256' } = {}) =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret))
const standing = { iss: 'demo', exp: nowMs / 1000 + 60, video }

test('a token says who joins which meeting with which rights', async () => {
  const token = await mintClientToken(demo, { sub: 'ada', name: 'Ada', video }, life)
  expect(await tokens.verify(token, nowMs)).toEqual({
    namespace: 'default',
    room: 'standup',
    participant: 'ada',
    name: 'Ada',
    rights: { publish: ['microphone', 'camera', 'screen', 'screenAudio'], subscribe: true, hidden: false },
  })
})

test('a token without a subject is an invitation, in the namespace that it names', async () => {
  const token = await mintClientToken(demo, { video, parley: { namespace: 'sales' } }, life)
  expect(await tokens.verify(token, nowMs)).toMatchObject({ namespace: 'sales', participant: undefined, name: undefined })
})

test.each([
  [{ canPublish: false }, { publish: [], subscribe: true, hidden: false }],
  [
    { canPublish: true, canSubscribe: false, hidden: true },
    { subscribe: false, hidden: true },
  ],
  [
    { canPublishSources: ['microphone', 'screen_share', 'screen_share_audio'] as const },
    { publish: ['microphone', 'screen', 'screenAudio'] },
  ],
  [{ canPublishSources: [] }, { publish: [] }],
  [{ canPublish: false, canPublishSources: ['camera'] as const }, { publish: [] }],
])('the claims %j give the rights %j', async (claims, rights) => {
  const grants = { ...claims, canPublishSources: 'canPublishSources' in claims ? [...claims.canPublishSources] : undefined }
  const token = await signed({ ...standing, video: { ...video, ...grants } })
  expect((await tokens.verify(token, nowMs)).rights).toMatchObject(rights)
})

test('an expired token says so', async () => {
  const token = await mintClientToken(demo, { video }, life)
  expect(await tokens.verify(token, nowMs + 64_000)).toMatchObject({ room: 'standup' })
  await expect(tokens.verify(token, nowMs + 66_000)).rejects.toMatchObject({
    code: 'token_expired',
    field: 'data.token',
    status: 401,
  })
})

test.each([
  ['no JWT', 'x', 'it is not a signed JWT'],
  ['nothing', '', 'it is not a signed JWT'],
  ['another secret', signed(standing, { secret: other.secret }), 'its signature does not fit its API key'],
  ['an unknown key', signed({ ...standing, iss: 'nobody' }), 'its API key (iss) is not known here'],
  ['a prototype member as key', signed({ ...standing, iss: 'constructor' }), 'its API key (iss) is not known here'],
  ['no key', signed({ exp: standing.exp, video }), 'its API key (iss) is not known here'],
  ['no expiry', signed({ iss: 'demo', video }), 'it needs an expiry (exp)'],
  ['a start in the future', signed({ ...standing, nbf: nowMs / 1000 + 30 }), 'it is not valid yet'],
  ['another algorithm', signed(standing, { alg: 'HS512' }), 'it must be signed with HS256'],
  ['a foreign namespace', signed({ ...standing, parley: { namespace: 'support' } }), 'its API key is not for that namespace'],
  ['no meeting', signed({ iss: 'demo', exp: standing.exp }), 'its claim video Invalid input'],
  ['no right to join', signed({ ...standing, video: { room: 'standup' } }), 'its claim video.roomJoin must be true'],
  [
    'a bad meeting name',
    signed({ ...standing, video: { ...video, room: 'Stand\u0000Up' } }),
    'its claim video.room must be text without control characters',
  ],
  ['a bad subject', signed({ ...standing, sub: '<b>' }), 'its claim sub must be 1 to 128 of'],
  ['a long name', signed({ ...standing, name: 'x'.repeat(101) }), 'its claim name must be at most 100 characters long'],
])('a token with %s is refused in words', async (_, token, why) => {
  const refused = tokens.verify(await token, nowMs)
  await expect(refused).rejects.toMatchObject({ code: 'token_invalid', field: 'data.token', status: 401 })
  await expect(refused).rejects.toThrow(why)
})

test('an unsigned token and one signed by a public key are refused', async () => {
  const none = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(standing))}.`
  const { privateKey } = await generateKeyPair('EdDSA')
  const foreign = await new SignJWT(standing).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey)
  for (const token of [none, foreign]) await expect(tokens.verify(token, nowMs)).rejects.toMatchObject({ code: 'token_invalid' })
})

test('minting refuses claims that nobody could join with', () => {
  expect(() => mintClientToken(demo, { video: { ...video, room: '' } }, life)).toThrow('claims.video.room: must not be empty')
})
