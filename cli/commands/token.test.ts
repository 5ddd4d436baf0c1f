import { decodeJwt, jwtVerify } from 'jose'
import { expect, test } from 'vitest'

import { aCli, nowMs } from '../testing/aCli.ts'

const secret = 'a-secret-of-at-least-thirty-two-characters'
const env = { PARLEY_API_KEY: 'demo', PARLEY_API_SECRET: secret }

test('a token says who may do what, where and for how long', async () => {
  const { cli } = aCli({ env })
  const { out, code } = await cli(
    'token',
    '--meeting',
    'standup',
    '-n',
    'team-a',
    '--identity',
    'ada',
    '--name',
    'Ada',
    '--ttl',
    '30m',
    '--can-publish',
    'true',
    '--can-subscribe',
    'false',
    '--can-publish-sources',
    'microphone,camera',
    '--hidden',
  )
  expect(code).toBe(0)
  const { payload } = await jwtVerify(out.trim(), new TextEncoder().encode(secret), { currentDate: new Date(nowMs) })
  expect(payload).toEqual({
    iss: 'demo',
    sub: 'ada',
    name: 'Ada',
    exp: nowMs / 1000 + 1800,
    video: {
      room: 'standup',
      roomJoin: true,
      hidden: true,
      canPublish: true,
      canSubscribe: false,
      canPublishSources: ['microphone', 'camera'],
    },
    parley: { namespace: 'team-a' },
  })
})

test('with a URL it is an invitation as a link', async () => {
  const { cli } = aCli({ env })
  const { out } = await cli(
    'token',
    '--meeting',
    'standup',
    '--url',
    'https://meet.example/',
    '--region',
    'eu-west',
    '-o',
    'json',
  )
  const { link, token, expires } = JSON.parse(out) as Record<string, string>
  expect(link).toBe(`https://meet.example/m/standup#token=${token}&region=eu-west`)
  expect(decodeJwt(token ?? '')).not.toHaveProperty('sub')
  expect(expires).toBe(new Date(nowMs + 6 * 3_600_000).toISOString())
})

test("a key of signaling's own file signs", async () => {
  const keys = JSON.stringify([
    { key: 'one', secret, namespaces: ['default'] },
    { key: 'two', secret: secret.toUpperCase(), namespaces: ['team-a'] },
  ])
  const { cli } = aCli({ files: { 'keys.json': keys } })
  const issuer = async (...argv: string[]): Promise<unknown> =>
    decodeJwt((await cli('token', '--meeting', 'standup', '--api-keys-file', 'keys.json', ...argv)).out.trim()).iss
  expect(await issuer()).toBe('one')
  expect(await issuer('--api-key', 'two')).toBe('two')
  const unknown = await cli('token', '--meeting', 'standup', '--api-keys-file', 'keys.json', '--api-key', 'three')
  expect(unknown).toMatchObject({ code: 2, err: 'error: There is no API key three in keys.json.\n' })
})

test('without a key nothing is signed', async () => {
  const { code, err } = await aCli().cli('token', '--meeting', 'standup')
  expect(code).toBe(2)
  expect(err).toContain('PARLEY_API_KEY')
})

test.each([
  [['--meeting', ''], 'video.room'],
  [['--meeting', 'standup', '--identity', 'no spaces'], 'sub'],
  [['--meeting', 'standup', '--can-publish-sources', 'kitchen'], 'video.canPublishSources'],
])('%j is refused by name', async (argv, field) => {
  const { code, err } = await aCli({ env }).cli('token', ...argv)
  expect(code).toBe(2)
  expect(err).toContain(field)
  expect(err).not.toContain(secret)
})
