import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { createHttpServer } from '../../kit/http.ts'
import { silentLog } from '../../kit/log.ts'
import { serveOperations } from './operations.ts'
import { secure, servePage } from './page.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-page-'))
const app = createHttpServer({ log: silentLog, bodyLimitBytes: 1_000 })
let ready = true
let clients = 0

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<title>Parley</title>')
  writeFileSync(join(folder, 'assets', 'main-abc.js'), 'export {}')
  secure(app)
  serveOperations(app, {
    ready: () => ready,
    clients: () => clients,
    metricsToken: 'scraper',
    scrape: () => Promise.resolve({ contentType: 'text/plain', text: 'parley_signaling_clients 0' }),
  })
  await servePage(app, folder)
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true })
})

test.each(['/', '/m/standup', '/m/standup?region=eu'])('%s is the page, never kept in a cache', async (url) => {
  const { statusCode, headers, body } = await app.inject(url)
  expect([statusCode, body]).toEqual([200, '<title>Parley</title>'])
  expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
})

test('assets are kept for ever, and every answer carries the security headers', async () => {
  const { headers } = await app.inject('/assets/main-abc.js')
  expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
  for (const url of ['/', '/assets/main-abc.js', '/livez', '/nothing']) {
    const answer = await app.inject(url)
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    })
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    expect(answer.headers['content-security-policy']).toContain("connect-src 'self' ws: wss:")
  }
})

test.each(['/nothing', '/../main.ts', '/%2e%2e/main.ts', '/assets/', '/m/a/b'])(
  '%s is not there, as a problem document',
  async (url) => {
    const answer = await app.inject(url)
    expect(answer.statusCode).toBeGreaterThanOrEqual(400)
    expect(answer.statusCode).toBeLessThan(500)
    expect(answer.headers['content-type']).toContain('application/problem+json')
  },
)

test('live is not ready: a replica that stops is live and not ready', async () => {
  expect((await app.inject('/readyz')).statusCode).toBe(200)
  ready = false
  expect((await app.inject('/readyz')).statusCode).toBe(503)
  expect((await app.inject('/livez')).statusCode).toBe(200)
})

test('drained is a question of its own: whether anybody is connected', async () => {
  clients = 2
  const busy = await app.inject('/drained')
  expect([busy.statusCode, busy.json()]).toEqual([503, { drained: false }])
  clients = 0
  const empty = await app.inject('/drained')
  expect([empty.statusCode, empty.json()]).toEqual([200, { drained: true }])
})

test('metrics are shown to whoever has their token', async () => {
  const scraped = await app.inject({ url: '/metrics', headers: { authorization: 'Bearer scraper' } })
  expect([scraped.statusCode, scraped.body]).toEqual([200, 'parley_signaling_clients 0'])
  for (const headers of [{}, { authorization: 'Bearer other' }])
    expect((await app.inject({ url: '/metrics', headers })).statusCode).toBe(401)
})

test('a page that was not built is said at once', async () => {
  const other = createHttpServer({ log: silentLog, bodyLimitBytes: 1_000 })
  await expect(servePage(other, join(folder, 'assets'))).rejects.toThrow('there is no index.html in')
})
