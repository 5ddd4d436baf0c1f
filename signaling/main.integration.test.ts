import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { generate } from 'selfsigned'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'

import { makeKeyPair } from '../kit/keys.ts'
import { missing, waitFor } from '../kit/wait.ts'
import { apiKey, secret } from './testing/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-main-'))
const children: ChildProcess[] = []
let certificate = ''
let flags: string[] = []

const file = (name: string, content: unknown): string => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

beforeAll(async () => {
  const altNames = [{ type: 7 as const, ip: '127.0.0.1' }]
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'signaling' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames }],
  })
  const { privateJwk } = await makeKeyPair('signaling-1', 'signaling')
  certificate = cert
  file('index.html', '<title>Parley</title>')
  flags = [
    ...['--host', '127.0.0.1', '--port', '0', '--web-dir', folder],
    ...['--tls-key-file', file('key.pem', key), '--tls-cert-file', file('cert.pem', cert)],
    ...['--operator-urls', 'http://127.0.0.1:9', '--placement-token-file', file('token', 'token')],
    ...['--signing-key-file', file('jwk', privateJwk), '--api-keys-file', file('keys', [apiKey])],
    ...['--resume-secrets-file', file('secret', secret), '--redis-url', 'redis://127.0.0.1:9'],
  ]
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(args: readonly string[]): { child: ChildProcess; said: () => string; exited: Promise<number | null> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args])
  children.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return { child, said: () => said, exited: once(child, 'close').then(([code]) => code as number | null) }
}

const portOf = (said: () => string): Promise<number> =>
  waitFor(() => Number(/"port":(\d+),"msg":"listening"/.exec(said())?.[1] ?? 0) || missing(`a port: ${said()}`), {
    timeoutMs: 30_000,
  })

const statusOf = (url: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get(url, { ca: certificate }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    }).on('error', reject)
  })

test('it serves page and clients over TLS with nobody else there, and ends in order on SIGTERM', async () => {
  const { child, said, exited } = run(flags)
  const port = await portOf(said)
  for (const path of ['/', '/m/standup', '/livez', '/readyz', '/metrics'])
    expect([path, await statusOf(`https://127.0.0.1:${port}${path}`)]).toEqual([path, 200])

  const socket = new WebSocket(`wss://127.0.0.1:${port}/v1/client`, ['protoo'], { ca: certificate })
  await once(socket, 'open')
  socket.send(JSON.stringify({ request: true, id: 1, method: 'join', data: { token: 'x' } }))
  const [answer] = (await once(socket, 'message')) as [Buffer]
  expect(JSON.parse(answer.toString())).toMatchObject({ id: 1, ok: false, error: { code: 'token_invalid' } })
  for (const lacking of ['Redis is away', 'topology stream lost'])
    await waitFor(() => said().includes(lacking) || missing(`the word that ${lacking}`), { timeoutMs: 30_000 })
  const closed = once(socket, 'close') as Promise<[number]>
  child.kill('SIGTERM')
  expect((await closed)[0]).toBe(1001)
  expect(await exited).toBe(0)
  const messages = said()
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg)
  expect(messages.toSorted()).toEqual([
    'Redis is away: chat waits, everything else goes on',
    'listening',
    'stopping',
    'topology stream lost; the last topology goes on to count',
  ])
})

test('all faults of its settings are told at once, without a value of them', async () => {
  const { said, exited } = run(['--port', 'geheim', '--tls-key-file', '/geheim', '--nonsense', '1'])
  expect(await exited).toBe(2)
  expect(said()).toContain('signaling: 9 fault(s) in its settings')
  expect(said()).toContain('--nonsense: unknown flag')
  expect(said()).not.toContain('geheim')
})
