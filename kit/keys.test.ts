import { generateKeyPairSync } from 'node:crypto'

import { expect, test } from 'vitest'

import { makeKeyPair, signingKeyOf, signToken, trustedKeysOf, verifyToken } from './keys.ts'

const nowMs = Date.UTC(2026, 0, 1)
const operator = await makeKeyPair('operator-1', 'operator')
const stranger = await makeKeyPair('operator-1', 'operator')
const key = await signingKeyOf(operator.privateJwk)
const trusted = await trustedKeysOf({ keys: [operator.publicJwk] })
const expected = { type: 't+jwt', audience: 'node-a', roles: ['operator'], nowMs }
const sign = (over: Partial<{ type: string; audience: string; lifetimeMs: number }> = {}, by = key) =>
  signToken(by, { type: 't+jwt', audience: 'node-a', claims: { sub: 'x' }, nowMs, lifetimeMs: 60_000, ...over })

test('a token is verified with its claims and the role of its signer', async () => {
  expect(await verifyToken(trusted, await sign(), expected)).toMatchObject({ claims: { sub: 'x' }, role: 'operator' })
})

test.each([
  ['another type', () => sign({ type: 'u+jwt' }), expected],
  ['another audience', () => sign({ audience: 'node-b' }), expected],
  ['expired', () => sign({ lifetimeMs: 1_000 }), { ...expected, nowMs: nowMs + 7_000 }],
  ['a role that may not', () => sign(), { ...expected, roles: ['signaling'] }],
  ['forged under a known id', async () => sign({}, await signingKeyOf(stranger.privateJwk)), expected],
  ['no token at all', async () => 'junk', expected],
])('%s is refused as unauthorized', async (_name, make, wanted) => {
  await expect(verifyToken(trusted, await make(), wanted)).rejects.toMatchObject({ code: 'unauthorized', field: 'token' })
})

test('a key without a role is not trusted', async () => {
  const { role: _role, ...noRole } = operator.publicJwk
  await expect(trustedKeysOf({ keys: [noRole as typeof operator.publicJwk] })).rejects.toThrow('"kid" and "role"')
})

test('a signing key of another kind is refused when it is read', async () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  await expect(signingKeyOf({ ...ec, kid: 'ec' })).rejects.toThrow('must be Ed25519, not ec')
})
