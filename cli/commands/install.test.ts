import { expect, test } from 'vitest'

import { publicOf } from '../install/trustedKeys.ts'
import { installKinds } from '../install/kinds.ts'
import { aCli } from '../testing/aCli.ts'

const keys = { namespace: 'meet', name: 'parley-keys' }
const trust = { namespace: 'meet', name: 'parley-trusted-keys' }
const install = ['install', 'keys', '-n', 'meet', '--release', 'parley'] as const

const base64 = (text: string): string => Buffer.from(text).toString('base64')

async function world() {
  const { api, cli } = aCli()
  const itemsOf = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      Object.entries((await api.get(installKinds.Secret, keys)).data ?? {}).map(([item, text]) => [
        item,
        Buffer.from(text, 'base64').toString('utf8'),
      ]),
    )
  const trusted = async (): Promise<{ kid: string; role: string; d?: string }[]> =>
    (
      JSON.parse((await api.get(installKinds.ConfigMap, trust)).data?.['trusted-keys.json'] ?? '{"keys":[]}') as {
        keys: { kid: string; role: string }[]
      }
    ).keys
  return { api, cli, itemsOf, trusted }
}

test('the first run makes everything, and what belongs together fits', async () => {
  const { api, cli, itemsOf, trusted } = await world()
  const { code, out, err } = await cli(...install, '--meeting-namespaces', 'team-a,team-b')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('Secret parley-keys: made operator-signing-key.json, ')
  const items = await itemsOf()
  const tokens = JSON.parse(items['placement-tokens.json'] ?? '') as { name: string; token: string; namespaces: string[] }[]
  expect(tokens).toContainEqual({
    name: 'signaling',
    token: items['placement-token'],
    namespaces: ['*'],
    verbs: ['place', 'release', 'topology'],
  })
  expect(JSON.parse(items['api-keys.json'] ?? '')).toMatchObject([{ key: 'parley', namespaces: ['team-a', 'team-b'] }])
  expect(await trusted()).toEqual([
    publicOf(items['operator-signing-key.json'] ?? '', 'operator'),
    publicOf(items['signaling-signing-key.json'] ?? '', 'signaling'),
  ])
  expect(JSON.stringify(await trusted())).not.toContain('"d"')
  expect((await api.get(installKinds.Secret, keys)).metadata.labels).toMatchObject({ 'app.kubernetes.io/instance': 'parley' })
})

test('every secret is another one in another installation', async () => {
  const [one, other] = [await world(), await world()]
  await one.cli(...install)
  await other.cli(...install)
  const [mine, theirs] = [await one.itemsOf(), await other.itemsOf()]
  for (const [item, text] of Object.entries(mine)) expect(`${item} ${theirs[item]}`).not.toBe(`${item} ${text}`)
})

test('a second run touches nothing, and one that finds a hole fills the hole alone', async () => {
  const { api, cli, itemsOf } = await world()
  await cli(...install)
  const before = await api.get(installKinds.Secret, keys)
  expect((await cli(...install)).out).toBe(
    'Secret parley-keys is complete and left as it is\nConfigMap parley-trusted-keys is complete and left as it is\n',
  )
  expect(await api.get(installKinds.Secret, keys)).toEqual(before)

  const items = await itemsOf()
  const { 'resume-secrets': _, 'placement-token': token, ...others } = before.data ?? {}
  api.put('secrets', { ...before, metadata: { ...before.metadata }, data: others })
  expect((await cli(...install)).out).toContain('made placement-token, resume-secrets\n')
  const after = await itemsOf()
  expect(after['placement-token']).toBe(Buffer.from(token ?? '', 'base64').toString('utf8'))
  expect(after['resume-secrets']).not.toBe(items['resume-secrets'])
  expect(after['api-keys.json']).toBe(items['api-keys.json'])
})

test('what somebody brings is not made, and its public key is trusted beside the former one', async () => {
  const { api, cli, itemsOf, trusted } = await world()
  await cli(...install)
  const former = (await trusted()).map(({ kid }) => kid)
  const own = JSON.stringify({ ...JSON.parse((await itemsOf())['operator-signing-key.json'] ?? ''), kid: 'own-1' })
  api.put('secrets', { metadata: { namespace: 'meet', name: 'mine' }, data: { jwk: base64(own) } })
  const { code } = await cli(...install, '--given', 'operator-signing-key.json=mine/jwk')
  expect(code).toBe(0)
  expect((await trusted()).map(({ kid, role }) => [kid, role])).toEqual([
    [former[0], 'operator'],
    [former[1], 'signaling'],
    ['own-1', 'operator'],
  ])
})

test.each([
  ['a Secret that is not there', undefined, 3, 'There is no Secret mine in the namespace meet: make it first'],
  ['a key that it lacks', { other: 'x' }, 3, 'The Secret mine has no key jwk (for operator-signing-key.json).'],
  ['what is no JSON', { jwk: 'hush' }, 2, 'The key jwk of the Secret mine is no operator-signing-key.json: must be JSON.'],
  ['a public key', { jwk: '{"kty":"OKP","crv":"Ed25519","kid":"k","x":"y"}' }, 2, 'd: must be a private key'],
])('%s is named, and nothing is made', async (_, data, code, words) => {
  const { api, cli } = await world()
  if (data !== undefined) {
    const encoded = Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)]))
    api.put('secrets', { metadata: { namespace: 'meet', name: 'mine' }, data: encoded })
  }
  const result = await cli(...install, '--given', 'operator-signing-key.json=mine/jwk')
  expect(result).toMatchObject({ code, out: '' })
  expect(result.err).toContain(words)
  expect(result.err).not.toContain('hush')
  await expect(api.get(installKinds.Secret, keys)).rejects.toThrow('not found')
})

test("somebody else's Secret of that name is left alone", async () => {
  const { api, cli } = await world()
  api.put('secrets', { metadata: keys, data: {} })
  const { code, err } = await cli(...install)
  expect(code).toBe(1)
  expect(err).toContain('Secret parley-keys in the namespace meet was made by somebody else')
  expect((await api.get(installKinds.Secret, keys)).data).toEqual({})
})

test('trusted keys that cannot be read are not overwritten, and an id is not given to two keys', async () => {
  const { api, cli } = await world()
  await cli(...install)
  const before = await api.get(installKinds.ConfigMap, trust)
  api.put('configmaps', { ...before, metadata: { ...before.metadata }, data: { 'trusted-keys.json': 'oh' } })
  expect((await cli(...install)).err).toContain('The ConfigMap parley-trusted-keys holds no JWKS of trusted keys')
  const text = before.data?.['trusted-keys.json']?.replace(/"x":"./, '"x":"?')
  api.put('configmaps', { ...before, metadata: { ...before.metadata }, data: { 'trusted-keys.json': text } })
  expect((await cli(...install)).err).toContain('has another key with the id operator-')
})

test('an item that there is none of is a fault of the command line', async () => {
  const { cli } = await world()
  expect(await cli(...install, '--given', 'lunch=a/b')).toMatchObject({ code: 2 })
})
