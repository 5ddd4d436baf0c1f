import { mkdtempSync, rmSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { generate } from 'selfsigned'
import { afterEach, expect, test } from 'vitest'
import { parse } from 'yaml'

import { silentLog } from '../../kit/log.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { contractApi, type ContractApi, type Reach } from '../kube/contract/contractApi.ts'
import { startEmbeddedApi, type EmbeddedApi, type EmbeddedApiOptions } from './embeddedApi.ts'

const open: { close: () => Promise<unknown> }[] = []
afterEach(async () => {
  for (const part of open.splice(0).toReversed()) await part.close()
})

async function start(options: Partial<EmbeddedApiOptions> = {}): Promise<EmbeddedApi> {
  const api = await startEmbeddedApi({ log: silentLog, ...options })
  open.push(api)
  return api
}

function client(reach: Reach): ContractApi {
  const api = contractApi(reach)
  open.push(api)
  return api
}

const meetings = '/apis/parley.media/v1alpha1/namespaces/default/meetings'
const meeting = { apiVersion: 'parley.media/v1alpha1', kind: 'Meeting', metadata: { name: 'a' } }

test('only the token opens the door, but anybody may ask whether it lives', async () => {
  const { url, kubeconfig } = await start({ token: 'secret' })
  const codes = async (reach: Reach): Promise<number[]> => {
    const api = client(reach)
    return Promise.all([meetings, '/apis', '/readyz', '/version'].map(async (path) => (await api.get(path)).code))
  }
  expect(await codes({ url, token: 'secret' })).toEqual([200, 200, 200, 200])
  expect(await codes({ url, token: 'secreT' })).toEqual([401, 401, 200, 200])
  expect(await codes({ url })).toEqual([401, 401, 200, 200])
  expect((await client({ url }).get(meetings)).body).toMatchObject({ kind: 'Status', reason: 'Unauthorized' })
  expect(parse(kubeconfig)).toMatchObject({ users: [{ user: { token: 'secret' } }], clusters: [{ cluster: { server: url } }] })
})

test('over TLS, the kubeconfig carries what to trust', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  const { url, kubeconfig } = await start({ tls: { key, cert } })
  expect(url).toMatch(/^https:/)
  const [{ cluster }] = (parse(kubeconfig) as { clusters: [{ cluster: { 'certificate-authority-data': string } }] }).clusters
  const certificateAuthority = Buffer.from(cluster['certificate-authority-data'], 'base64').toString()
  expect((await client({ url, certificateAuthority }).get('/readyz')).text).toBe('ok')
  await expect(client({ url }).get('/readyz')).rejects.toThrow('certificate')
})

test('a body of up to 1 MiB is read, a larger one refused, and the next request is answered', async () => {
  const api = client({ url: (await start()).url })
  const padded = (bytes: number): string => JSON.stringify(meeting).padEnd(bytes, ' ')
  const codes: number[] = []
  for (const bytes of [1024 * 1024, 1024 * 1024 + 1, 7 * 1024 * 1024]) codes.push((await api.post(meetings, padded(bytes))).code)
  expect(codes).toEqual([201, 413, 413])
  expect((await api.get(`${meetings}/a`)).code).toBe(200)
})

test('a web page in a browser on this machine is refused', async () => {
  const { port } = await start()
  const code = await new Promise((resolve, reject) => {
    const request = plainRequest({ port, path: meetings, headers: { origin: 'https://example.com' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject)
    request.end()
  })
  expect(code).toBe(403)
})

test('what a file keeps outlives the API, and versions go on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-embedded-'))
  try {
    const dataFile = join(folder, 'state', 'data')
    const first = await start({ dataFile })
    const created = (await client({ url: first.url }).post(meetings, meeting)).body
    await first.close()
    open.splice(0)
    const second = client({ url: (await start({ dataFile })).url })
    expect((await second.get(`${meetings}/a`)).body).toEqual(created)
    const next = (await second.post(meetings, { ...meeting, metadata: { name: 'b' } })).body
    const versionOf = (body: object): number =>
      Number((body as typeof created & { metadata: { resourceVersion: string } }).metadata.resourceVersion)
    expect(versionOf(next)).toBeGreaterThan(versionOf(created))
  } finally {
    await Promise.all(open.splice(0).map((part) => part.close()))
    rmSync(folder, { recursive: true })
  }
})

test('events are kept for an hour', async () => {
  const clock = virtualClock()
  const api = client({ url: (await start({ clock })).url })
  const events = '/api/v1/namespaces/default/events'
  const event = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name },
    involvedObject: { kind: 'Meeting', name: 'a' },
  })
  await api.post(events, event('old'))
  await clock.advance(30 * 60_000)
  await api.post(events, event('new'))
  await clock.advance(31 * 60_000)
  const { items } = (await api.get(events)).body as { items: { metadata: { name: string } }[] }
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['new'])
})

test('a port that is taken is an error, not a crash', async () => {
  const { port } = await start()
  await expect(startEmbeddedApi({ log: silentLog, port })).rejects.toThrow('EADDRINUSE')
})
