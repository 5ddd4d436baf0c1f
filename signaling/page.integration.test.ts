import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { chromium, type Browser, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import { mintClientToken, type ClientTokenWish } from './api/mintClientToken.ts'
import { clientPath } from './api/protocol.ts'
import { createSyntheticParticipant, type SyntheticParticipant } from './client/synthetic/syntheticParticipant.ts'
import { startInstallation, type Installation } from './testing/installation.ts'
import { startRedis, type RedisServer } from './testing/redisServer.ts'
import { apiKey } from './testing/world.ts'

/** Fake devices, no questions about them, and loopback as a way for media. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--use-fake-device-for-media-stream=fps=10',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--allow-loopback-in-peer-connection',
]

const webDir = mkdtempSync(join(tmpdir(), 'parley-page-'))
let redis: RedisServer
let system: Installation
let browser: Browser
let ada: SyntheticParticipant | undefined

beforeAll(async () => {
  const root = join(import.meta.dirname, 'web')
  await build({ root, logLevel: 'error', build: { outDir: webDir, emptyOutDir: true } })
  redis = await startRedis()
  system = await startInstallation(redis.url, { webDir })
  browser = await chromium.launch({ executablePath: process.env['PARLEY_CHROMIUM'] ?? '/usr/bin/chromium', args: flags })
})
afterEach(async () => {
  await ada?.leave()
  ada = undefined
  await Promise.all(browser.contexts().map((context) => context.close()))
})
afterAll(async () => {
  await browser?.close()
  await system?.stop()
  await redis?.stop()
  rmSync(webDir, { recursive: true, force: true })
})

const lifetimeMs = 600_000
const tokenOf = (wish: Partial<ClientTokenWish>, ageMs = 0): Promise<string> =>
  mintClientToken(apiKey, { video: { room: 'standup', roomJoin: true }, ...wish }, { nowMs: Date.now() - ageMs, lifetimeMs })

/** The page's address; `localhost` is a secure origin. */
const addressOf = (path: string): string => `${system.replicas[0].url.replace('127.0.0.1', 'localhost')}${path}`

const linkWith = (token: string): string => addressOf(`/m/standup#token=${token}&region=eu-west`)

async function open(link: string, script?: string): Promise<Page> {
  const context = await browser.newContext()
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  if (script !== undefined) await page.addInitScript(script)
  await page.goto(link)
  return page
}

async function enter(page: Page, name = 'Bob'): Promise<void> {
  await page.getByTestId('name-input').fill(name)
  await page.getByTestId('join').click()
  await page.getByTestId('call').waitFor()
}

/** Ada, without a browser, on the other media node. */
async function withAda(): Promise<SyntheticParticipant> {
  const url = `${system.replicas[1].url}${clientPath}`
  const participant = createSyntheticParticipant({ url, token: await tokenOf({ sub: 'ada', name: 'Ada' }), region: 'us-east' })
  ada = participant
  participant.publish('microphone')
  participant.publish('camera')
  await participant.join()
  return participant
}

/** Waits until Ada sees exactly these people beside herself. */
const adaSees = (other: SyntheticParticipant, names: string[]): Promise<unknown> =>
  waitFor(
    () => {
      const seen = other.client.state.participants.filter(({ self }) => !self).map(({ name }) => name)
      return JSON.stringify(seen) === JSON.stringify(names) || missing(`${names.join(', ')} at ada, who sees ${seen.join(', ')}`)
    },
    { timeoutMs: 30_000 },
  )

async function framesFrom(other: SyntheticParticipant): Promise<number> {
  const [bob] = other.client.state.participants.filter(({ self }) => !self)
  return bob ? other.framesReceivedFrom(bob.participant) : 0
}

test('a link leads over the mirror into the meeting, its token leaves the address, and a reload keeps the place', async () => {
  const other = await withAda()
  const page = await open(linkWith(await tokenOf({ sub: 'bob', name: 'Bob' })))
  expect(page.url()).toBe(addressOf('/m/standup'))
  await page.getByTestId('preview').waitFor()
  await page.getByTestId('join').click()
  await page.locator('[data-testid=tile][data-participant=ada] video').waitFor()
  await waitFor(async () => (await framesFrom(other)) > 10 || missing('pictures of Bob'), { timeoutMs: 30_000 })

  const before = await framesFrom(other)
  await page.reload()
  await page.getByTestId('call').waitFor()
  expect(page.url()).toBe(addressOf('/m/standup'))
  await adaSees(other, ['Bob'])
  await waitFor(async () => (await framesFrom(other)) > before + 10 || missing('pictures of Bob after the reload'), {
    timeoutMs: 30_000,
  })
  expect(await page.getByTestId('mic-toggle').getAttribute('aria-pressed')).toBe('true')
})

test('a closed tab leaves at once', async () => {
  const other = await withAda()
  const page = await open(linkWith(await tokenOf({ sub: 'bob', name: 'Bob' })))
  await enter(page)
  await adaSees(other, ['Bob'])
  await page.close({ runBeforeUnload: true })
  await adaSees(other, [])
})

test('without permission and without a camera one joins all the same', async () => {
  const refused = `navigator.mediaDevices.getUserMedia = (wish) =>
    Promise.reject(new DOMException('no', wish.video ? 'NotFoundError' : 'NotAllowedError'))`
  const page = await open(linkWith(await tokenOf({})), refused)
  expect(await page.getByTestId('microphone-problem').getAttribute('data-code')).toBe('capture_denied')
  expect(await page.getByTestId('camera-problem').getAttribute('data-code')).toBe('capture_missing')
  await enter(page, 'Silent Bob')
  await page.locator('[data-testid=tile][data-self=true][data-muted=true]').waitFor()
  await page.getByTestId('mic-toggle').click()
  await page.getByTestId('toast').filter({ hasText: 'Allow it' }).waitFor()
})

test('a lost connection is said and mended, and chat written meanwhile arrives', async () => {
  const other = await withAda()
  const page = await open(linkWith(await tokenOf({ sub: 'bob', name: 'Bob' })))
  await enter(page)
  await waitFor(async () => (await framesFrom(other)) > 5 || missing('pictures of Bob'), { timeoutMs: 30_000 })
  await page.getByTestId('chat-toggle').click()
  await system.replicas[0].end('SIGKILL')
  await page.locator('[data-banner=reconnecting]').waitFor()
  await page.getByTestId('chat-input').fill('Can you hear me?')
  await page.getByTestId('chat-send').click()
  expect(await page.getByTestId('chat-message').getAttribute('data-state')).toBe('sending')
  const before = await framesFrom(other)
  await waitFor(async () => (await framesFrom(other)) > before + 10 || missing('media without signaling'), { timeoutMs: 30_000 })
  await system.replicas[0].start()
  await page.locator('[data-banner=resumed]').waitFor()
  await waitFor(() => other.client.state.chat.some(({ text }) => text === 'Can you hear me?') || missing('the message at ada'), {
    timeoutMs: 30_000,
  })
  await page.locator('[data-testid=chat-message][data-state=sent]').waitFor()
})

test('who is in the meeting already, whose link has expired, and who has none, is told what to do', async () => {
  await withAda()
  const twice = await open(linkWith(await tokenOf({ sub: 'ada', name: 'Ada' })))
  await twice.getByTestId('join').click()
  await twice.locator('[data-testid=ended][data-code=identity_in_use]').waitFor()

  const late = await open(linkWith(await tokenOf({ name: 'Bob' }, 2 * lifetimeMs)))
  await late.getByTestId('join').click()
  await late.locator('[data-testid=ended][data-code=token_expired]').waitFor()

  const lost = await open(addressOf('/'))
  await lost.getByTestId('link-input').fill('hello')
  await lost.getByTestId('link-submit').click()
  await lost.getByTestId('link-problem').waitFor()
  await lost.getByTestId('link-input').fill(linkWith(await tokenOf({ name: 'Bob' })))
  await lost.getByTestId('link-submit').click()
  await lost.getByTestId('prejoin').waitFor()
  expect(lost.url()).toBe(addressOf('/m/standup'))
})

test('keys work in the meeting and are text in the chat', async () => {
  const page = await open(linkWith(await tokenOf({ name: 'Bob' })))
  await page.getByTestId('preview').waitFor()
  await enter(page)
  const tile = page.locator('[data-testid=tile][data-self=true]')
  await page.locator('[data-testid=tile][data-self=true][data-muted=false]').waitFor()
  await page.keyboard.press('m')
  await page.locator('[data-testid=tile][data-self=true][data-muted=true]').waitFor()
  await page.keyboard.press('v')
  await tile.locator('video').waitFor({ state: 'detached' })
  await page.keyboard.press('v')
  await tile.locator('video').waitFor()
  await page.keyboard.press('c')
  await page.getByTestId('chat-input').waitFor()
  await page.keyboard.type('mvc')
  expect(await page.getByTestId('chat-input').inputValue()).toBe('mvc')
  expect(await tile.getAttribute('data-muted')).toBe('true')
  await page.keyboard.press('Escape')
  await page.getByTestId('chat').waitFor({ state: 'detached' })
})

test('a token that allows the microphone only offers nothing else', async () => {
  const video = { room: 'standup', roomJoin: true as const, canPublishSources: ['microphone' as const] }
  const page = await open(linkWith(await tokenOf({ name: 'Bob', video })))
  await page.getByTestId('preview').waitFor()
  await enter(page)
  await page.locator('[data-testid=tile][data-self=true][data-muted=false]').waitFor()
  expect(await page.getByTestId('camera-toggle').count()).toBe(0)
  expect(await page.getByTestId('share-toggle').count()).toBe(0)
  expect(await page.getByTestId('tile-video').count()).toBe(0)
  expect(await page.getByTestId('banner').count()).toBe(0)
})
