import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { startInstallation, type Installation } from '../testing/installation.ts'
import { startRedis, type RedisServer } from '../testing/redisServer.ts'
import { apiKey } from '../testing/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-tester-'))
let redis: RedisServer
let system: Installation

function keysFile(key: object): string {
  const path = join(folder, `${Math.random()}.json`)
  writeFileSync(path, JSON.stringify([key]))
  return path
}

beforeAll(async () => {
  redis = await startRedis()
  system = await startInstallation(redis.url)
})
afterAll(async () => {
  await system?.stop()
  await redis?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function startTester(args: readonly string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--meeting', 'standup', ...args])
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return {
    child,
    async outcome() {
      const [said, complaints] = await ended
      return { code: child.exitCode, said: said === '' ? complaints : (JSON.parse(said) as unknown) }
    },
  }
}

test('two people meet on two media nodes of two regions', async () => {
  const tester = startTester([
    '--url',
    system.replicas[0].url,
    '--api-keys-file',
    keysFile(apiKey),
    '--regions',
    'eu-west,us-east',
  ])
  const received = { frames: expect.any(Number) as number, audioEnergy: expect.any(Number) as number }
  expect(await tester.outcome()).toMatchObject({
    code: 0,
    said: {
      ok: true,
      visits: [
        { node: 'media-a', region: 'eu-west', received },
        { node: 'media-b', region: 'us-east', received },
      ],
    },
  })
})

test('without regions the second avoids the media node of the first', async () => {
  const tester = startTester(['--url', system.replicas[0].url, '--api-keys-file', keysFile(apiKey)])
  const { code, said } = await tester.outcome()
  const { visits } = said as { visits: readonly { node: string }[] }
  expect(code).toBe(0)
  expect(visits.map(({ node }) => node).toSorted()).toEqual(['media-a', 'media-b'])
})

test('a key that signaling does not know is named by its code', async () => {
  const stranger = keysFile({ ...apiKey, key: 'stranger' })
  expect(await startTester(['--url', system.replicas[0].url, '--api-keys-file', stranger]).outcome()).toMatchObject({
    code: 1,
    said: { ok: false, code: 'token_invalid' },
  })
})

test('when time runs out it says how far the two came', async () => {
  const args = ['--url', 'http://127.0.0.1:9', '--api-keys-file', keysFile(apiKey), '--timeout-ms', '1500']
  const { code, said } = await startTester(args).outcome()
  expect({ code, said }).toMatchObject({ code: 1, said: { ok: false, code: 'incomplete' } })
  expect((said as { why: string }).why).toMatch(/^not done in 1500 ms: person 1 connecting at no node/)
})

test('SIGTERM ends it at once', async () => {
  const deaf = createServer().listen(0, '127.0.0.1')
  await once(deaf, 'listening')
  const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`
  const tester = startTester(['--url', url, '--api-keys-file', keysFile(apiKey), '--timeout-ms', '600000'])
  await once(deaf, 'connection')
  tester.child.kill('SIGTERM')
  const { code, said } = await tester.outcome()
  expect({ code, said }).toMatchObject({ code: 1, said: { ok: false } })
  expect((said as { why: string }).why).toMatch(/^ended by SIGTERM/)
  deaf.close()
})

test('what is wrong in its settings is said all at once', async () => {
  const { code, said } = await startTester([
    '--url',
    'ws://x',
    '--regions',
    'a,b,c',
    '--api-keys-file',
    keysFile(apiKey),
  ]).outcome()
  expect(code).toBe(2)
  expect(said).toMatch(/--url: must begin with http[\s\S]*--regions: must be two at most/)
})
