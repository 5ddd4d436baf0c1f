import { expect, test } from 'vitest'

import { installKinds } from '../install/kinds.ts'
import { trustedAfterMs } from '../install/rotation.ts'
import { aCli } from '../testing/aCli.ts'

const namespace = 'meet'
const labels = { 'app.kubernetes.io/part-of': 'parley', 'app.kubernetes.io/component': 'operator' }

/** An installation with its keys, and what is trusted and signed with there. */
async function anInstallation() {
  const { api, clock, cli } = aCli()
  await cli('install', 'keys', '-n', namespace)
  const rotate = (step: string) => cli('rotate', 'operator', step, '-n', namespace)
  const trusted = async (): Promise<readonly string[]> => {
    const { data } = await api.get(installKinds.ConfigMap, { namespace, name: 'parley-trusted-keys' })
    const { keys } = JSON.parse(data?.['trusted-keys.json'] ?? '') as { keys: { kid: string; role: string }[] }
    return keys.filter(({ role }) => role === 'operator').map(({ kid }) => kid)
  }
  const signing = async (): Promise<string> => {
    const { data } = await api.get(installKinds.Secret, { namespace, name: 'parley-keys' })
    return (JSON.parse(Buffer.from(data?.['operator-signing-key.json'] ?? '', 'base64').toString()) as { kid: string }).kid
  }
  const aPod = (name: string, startedMs: number): void =>
    api.put('pods', { metadata: { namespace, name, labels }, status: { startTime: new Date(startedMs).toISOString() } })
  return { api, clock, cli, rotate, trusted, signing, aPod }
}

test('media nodes trust the next key before anybody signs with it, and the former until nobody does', async () => {
  const { clock, rotate, trusted, signing, aPod } = await anInstallation()
  const former = await signing()
  aPod('operator-1', clock.nowMs())

  expect(await rotate('prepare')).toMatchObject({ code: 0 })
  const [first, next] = await trusted()
  expect([first, await signing()]).toEqual([former, former])
  expect(await rotate('switch')).toMatchObject({ code: 1, err: expect.stringContaining('try again in 130s') as string })

  await clock.advance(trustedAfterMs)
  expect(await rotate('switch')).toMatchObject({ code: 0 })
  expect(await signing()).toBe(next)
  expect(await rotate('finish')).toMatchObject({ code: 1, err: expect.stringContaining('former key: operator-1.') as string })
  expect(await trusted()).toEqual([former, next])

  await clock.advance(5_000)
  aPod('operator-1', clock.nowMs())
  expect(await rotate('finish')).toMatchObject({ code: 0, out: 'Media nodes forget the former key of the operator.\n' })
  expect(await trusted()).toEqual([next])
})

test('each step may be repeated', async () => {
  const { clock, rotate, trusted, signing } = await anInstallation()
  await rotate('prepare')
  const both = await trusted()
  await clock.advance(60_000)
  await rotate('prepare')
  expect(await trusted()).toEqual(both)
  await clock.advance(trustedAfterMs - 60_000)
  await rotate('switch')
  expect(await rotate('switch')).toMatchObject({ code: 1, err: expect.stringContaining('No next key of the operator') as string })
  await rotate('finish')
  expect((await rotate('finish')).out).toBe('No former key of the operator is trusted.\n')
  expect(await trusted()).toEqual([await signing()])
})

test('a preparation that broke off before media nodes were told begins to count when they are', async () => {
  const { api, clock, rotate, trusted } = await anInstallation()
  await rotate('prepare')
  // As if only the Secret had been written.
  const secret = await api.get(installKinds.Secret, { namespace, name: 'parley-keys' })
  api.put('secrets', { ...secret, metadata: { ...secret.metadata, annotations: {} } })
  await clock.advance(trustedAfterMs)
  expect((await rotate('switch')).err).toContain('No next key of the operator is prepared')
  await rotate('prepare')
  expect((await rotate('switch')).err).toContain('try again in 130s')
  expect(await trusted()).toHaveLength(2)
})

test('a rotation out of order, and of keys that somebody brought, is refused in words', async () => {
  const { api, rotate } = await anInstallation()
  expect((await rotate('switch')).err).toContain('kubectl parley rotate operator prepare')
  expect((await rotate('finish')).err).toContain('kubectl parley rotate operator switch')
  expect(await rotate('dance')).toMatchObject({ code: 2 })
  const secret = await api.get(installKinds.Secret, { namespace, name: 'parley-keys' })
  const { 'operator-signing-key.json': _, ...others } = secret.data ?? {}
  api.put('secrets', { ...secret, metadata: { ...secret.metadata }, data: others })
  expect(await rotate('prepare')).toMatchObject({
    code: 3,
    err: expect.stringContaining('has no key operator-signing-key.json') as string,
  })
})

test('a namespace without an installation is told how to name the one that has it', async () => {
  expect(await aCli().cli('rotate', 'operator', 'prepare', '-n', 'elsewhere')).toMatchObject({
    ...{
      code: 3,
      err: expect.stringMatching(/no Secret parley-keys in the namespace elsewhere: .* by -n, .* by --secret\.\n$/) as string,
    },
  })
})
