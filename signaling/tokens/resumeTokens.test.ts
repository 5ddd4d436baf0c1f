import { expect, test } from 'vitest'

import { createResumeTokens, resumeLifetimeMs } from './resumeTokens.ts'

const nowMs = Date.UTC(2026, 0, 1)
const claims = {
  meeting: { namespace: 'default', name: 'standup', incarnation: '01KDVAHJ0000000000000000AA' },
  title: 'Stand-up',
  participant: 'ada',
  attachment: '01KDVAHJ0000000000000000AB',
  name: 'Ada',
  node: 'media-a',
  url: 'http://10.0.0.7:8080',
  region: 'eu-west',
}
const at = (atMs: number) => ({ field: 'data.resumeToken', nowMs: atMs })
const older = 'the older of two secrets, thirty-two long'
const newer = 'the newer of two secrets, thirty-two long'

test('a token opens again until it expires, and shows its bearer nothing', async () => {
  const tokens = createResumeTokens([newer])
  const token = await tokens.seal(claims, nowMs)
  expect(await tokens.open(token, at(nowMs + resumeLifetimeMs - 1_000))).toEqual(claims)
  expect(Buffer.from(token, 'base64url').toString('latin1')).not.toContain('10.0.0.7')
  await expect(tokens.open(token, at(nowMs + resumeLifetimeMs + 2_000))).rejects.toMatchObject({
    code: 'resume_invalid',
    field: 'data.resumeToken',
  })
})

test('a rotation keeps the tokens of the older secret', async () => {
  const token = await createResumeTokens([older]).seal(claims, nowMs)
  expect(await createResumeTokens([newer, older]).open(token, at(nowMs))).toEqual(claims)
  await expect(createResumeTokens([newer]).open(token, at(nowMs))).rejects.toMatchObject({ code: 'resume_invalid' })
})

test('what is not ours or was changed is refused', async () => {
  const tokens = createResumeTokens([newer])
  const token = await tokens.seal(claims, nowMs)
  const parts = token.split('.')
  const changed = [...parts.slice(0, 3), `${parts[3]?.startsWith('A') ? 'B' : 'A'}${parts[3]?.slice(1)}`, parts[4]].join('.')
  for (const bad of ['', 'x', 'a.b.c.d.e', changed]) {
    await expect(tokens.open(bad, at(nowMs))).rejects.toMatchObject({ code: 'resume_invalid', status: 410 })
  }
})
