import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, afterEach, expect, test } from 'vitest'

import { systemClock } from '../../../kit/clock.ts'
import { fixedAccess } from './access.ts'
import { createApiClient, type ApiClient } from './apiClient.ts'
import { badServer, hangs, says, sends, type Answer, type BadServer } from './badServer.ts'
import { kinds } from '../kinds.ts'
import { kubeConfigAccess } from './kubeConfigAccess.ts'

const open: (BadServer | ApiClient)[] = []
const folder = mkdtempSync(join(tmpdir(), 'parley-access-'))
afterEach(async () => {
  await Promise.all(open.splice(0).map((part) => part.close()))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const event = '{"type":"ADDED","object":{"metadata":{"name":"a","uid":"u","resourceVersion":"6"}}}\n'
const silences: { readonly [name: string]: Answer } = { 'no answer': hangs, 'a silent stream': sends([event], 'stay') }
for (const [name, silence] of Object.entries(silences)) {
  test(`a watch does not wait for ever for ${name}`, async () => {
    const server = await badServer(silence)
    const times = { callTimeoutMs: 100, watchSilenceMs: 100 }
    const client = createApiClient({ access: fixedAccess(server.url), clock: systemClock, random: () => 0, times })
    open.push(client, server)
    const watch = async (): Promise<void> => {
      for await (const _ of client.watch(kinds.Lease, { resourceVersion: '5' }, new AbortController().signal));
    }
    await expect(watch()).rejects.toMatchObject({ reason: 'timeout' })
  })
}

function kubeconfig(server: string, user: object): string {
  const path = join(folder, 'config')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'c', cluster: { server } }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'parley' } }],
    users: [{ name: 'u', user }],
  }
  writeFileSync(path, JSON.stringify(config))
  return path
}

test('a kubeconfig on plain HTTP works, and its token opens the door', async () => {
  const server = await badServer(says({ metadata: { name: 'a', uid: 'u', resourceVersion: '1' } }))
  const access = kubeConfigAccess({ file: kubeconfig(server.url, { token: 'secret' }) })
  const client = createApiClient({ access, clock: systemClock, random: Math.random })
  open.push(client, server)
  await client.get(kinds.Lease, { namespace: 'parley', name: 'a' })
  expect(server.tokens).toEqual(['Bearer secret'])
  await expect(access({ reload: false })).resolves.toMatchObject({ namespace: 'parley' })
})

test('a token that was refused is read again from the file', async () => {
  const refusal = says({ kind: 'Status', reason: 'Unauthorized' }, 401)
  const server = await badServer(
    (response, request) => {
      kubeconfig(server.url, { token: 'new' })
      refusal(response, request)
    },
    says({ metadata: { name: 'a', uid: 'u', resourceVersion: '1' } }),
  )
  const access = kubeConfigAccess({ file: kubeconfig(server.url, { token: 'old' }) })
  const client = createApiClient({ access, clock: systemClock, random: Math.random })
  open.push(client, server)
  await client.get(kinds.Lease, { namespace: 'parley', name: 'a' })
  expect(server.tokens).toEqual(['Bearer old', 'Bearer new'])
})

test('an exec plugin gives the token', async () => {
  const plugin = join(folder, 'plugin')
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'from-plugin' } }
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin }
  const file = kubeconfig('https://127.0.0.1:1', { exec })
  writeFileSync(plugin, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`)
  chmodSync(plugin, 0o700)
  await expect(kubeConfigAccess({ file })({ reload: false })).resolves.toMatchObject({
    headers: { Authorization: 'Bearer from-plugin' },
  })
})

test('client certificates are handed to the connection', async () => {
  const user = { 'client-certificate-data': btoa('CERT'), 'client-key-data': btoa('KEY') }
  const { tls } = await kubeConfigAccess({ file: kubeconfig('https://127.0.0.1:1', user) })({ reload: false })
  expect([String(tls.cert), String(tls.key)]).toEqual(['CERT', 'KEY'])
})

test('a kubeconfig without a cluster is refused with what is missing', async () => {
  const path = join(folder, 'config')
  kubeconfig('http://127.0.0.1:1', {})
  writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [], contexts: [], users: [] }))
  await expect(kubeConfigAccess({ file: path })({ reload: false })).rejects.toThrow('no current context')
})
