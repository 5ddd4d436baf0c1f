import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import type { Meeting } from '../crds/index.ts'
import { missing, waitFor } from '../kit/wait.ts'
import type { SyntheticParticipant } from '../signaling/client/synthetic/syntheticParticipant.ts'
import { kubeRest } from './demo/kubeRest.ts'
import { meetingName, namespace } from './demo/layout.ts'
import { agentsOf, holdingsOf, type AgentView, type Holdings } from './support/agents.ts'
import { joinByBrowser, type BrowserPerson } from './support/browserPerson.ts'
import { startChromium } from './support/chromium.ts'
import { startDemo, type RunningDemo } from './support/demoProcess.ts'
import { keepEvidence } from './support/evidence.ts'
import { allReceiveAll, asBrowserViewer, asViewer } from './support/flow.ts'
import { joinAs } from './support/people.ts'
import { startRedis, type RedisServer } from './support/redisServer.ts'

let redis: RedisServer
let demo: RunningDemo
let browser: Browser
let agents: readonly AgentView[]
let before: { readonly holdings: Holdings; readonly keys: readonly string[] }
let ada: BrowserPerson
let bob: BrowserPerson

beforeAll(async () => {
  redis = await startRedis()
  const env = { PARLEY_SIGNALING_ROOM_LINGER_MS: '1000' }
  ;[demo, browser] = await Promise.all([startDemo({ args: ['--redis-url', redis.url], env }), startChromium()])
  agents = await agentsOf(demo)
  before = { holdings: await holdingsOf(agents), keys: await redis.keys() }
})

afterAll(async () => {
  await browser.close()
  await demo.stop()
  await redis.stop()
})

beforeEach(() =>
  keepEvidence(
    () => demo,
    () => browser.contexts().flatMap((context) => context.pages()),
  ),
)

/** Longer than a minute, which is how long the operator may wait before it writes how many there are. */
const seen = <T>(check: () => Promise<T | ReturnType<typeof missing>>): Promise<T> =>
  waitFor(check, { timeoutMs: 90_000, pollMs: 200 })

test('two people open the two links and see and hear each other, each by a media node of their region', async () => {
  ada = await joinByBrowser(browser, { link: demo.host, name: 'Ada' })
  bob = await joinByBrowser(browser, { link: demo.guest, name: 'Bob' })
  await allReceiveAll([await asBrowserViewer(ada), await asBrowserViewer(bob)])
  expect((await ada.view())?.node.region).toBe('eu-west')
  expect((await bob.view())?.node.region).toBe('us-east')
})

test('one pair of pipe transports joins their two media nodes, and nobody else has one', async () => {
  const [hosts, guests] = [(await ada.view())?.node.name, (await bob.view())?.node.name]
  for (const agent of agents) {
    const involved = agent.name === hosts || agent.name === guests
    const [{ pipeTransports }, { pipePorts }, segments] = [await agent.workers(), await agent.load(), await agent.segments()]
    const held = involved ? 1 : 0
    expect({ node: agent.name, pipeTransports, pipePorts }).toEqual({ node: agent.name, pipeTransports: held, pipePorts: held })
    const peers = segments.flatMap((segment) => segment.peers.map(({ node, up }) => ({ node, up })))
    expect(peers).toEqual(involved ? [{ node: agent.name === hosts ? guests : hosts, up: true }] : [])
  }
})

test('the Meeting says where it is and why', async () => {
  const { status } = await seen(async () => {
    const meeting = await kubeRest(demo.api).get<Meeting>('meetings', namespace, meetingName)
    return meeting.status?.segments?.length === 2 && meeting.status.participants === '2-5'
      ? meeting
      : missing(`two segments and two people in the status: ${JSON.stringify(meeting.status)}`)
  })
  expect(status?.phase).toBe('Active')
  expect(status?.segments?.map(({ region }) => region).toSorted()).toEqual(['eu-west', 'us-east'])
  for (const segment of status?.segments ?? [])
    expect(segment).toMatchObject({ role: 'core', fallback: false, why: expect.stringMatching(/\w+ \w+/) as string })
  expect(status?.why).toMatch(/\w+ \w+/)
})

/** The tile of somebody on somebody else's page. */
async function tileOf(of: BrowserPerson, on: BrowserPerson): Promise<ReturnType<BrowserPerson['at']>> {
  const id = (await of.view())?.participant
  return on.page.locator(`[data-testid=tile][data-participant="${id}"]`)
}

async function attributeBecomes(tile: ReturnType<BrowserPerson['at']>, name: string, value: string): Promise<void> {
  await seen(async () => {
    const now = await tile.getAttribute(name)
    return now === value || missing(`${name}=${value} (it is ${now})`)
  })
}

test('chat is read by the other, who is told that there is something to read', async () => {
  await ada.at('chat-toggle').click()
  await ada.at('chat-input').fill('Hello from eu-west')
  await ada.at('chat-send').click()
  await bob.at('chat-toggle-badge').waitFor()
  await bob.at('chat-toggle').click()
  const message = bob.at('chat-message').filter({ hasText: 'Hello from eu-west' })
  await message.waitFor()
  expect(await message.getAttribute('data-state')).toBe('sent')
  expect(await message.textContent()).toContain('Ada')
  expect((await redis.keys()).length).toBeGreaterThan(before.keys.length)
  await ada.at('chat-toggle').click()
  await bob.at('chat-toggle').click()
})

test('a mute is seen by the other', async () => {
  const tile = await tileOf(ada, bob)
  await attributeBecomes(tile, 'data-muted', 'false')
  await ada.at('mic-toggle').click()
  await attributeBecomes(tile, 'data-muted', 'true')
  await ada.at('mic-toggle').click()
  await attributeBecomes(tile, 'data-muted', 'false')
  await allReceiveAll([await asBrowserViewer(ada), await asBrowserViewer(bob)])
})

test('a reaction is seen by the other', async () => {
  await bob.at('reactions').click()
  await bob.at('reaction-picker').getByLabel('React with 🎉').click()
  await ada.page.getByText('🎉').first().waitFor()
})

test('a shared screen is seen by the other until it is stopped', async () => {
  await ada.at('share-toggle').click()
  await bob.at('screen-video').waitFor()
  const id = (await ada.view())?.participant
  await seen(async () => {
    const flow = (await bob.stats()).incoming[`${id}/screen`]
    return (flow?.frames ?? 0) > 0 || missing(`frames of the screen: ${JSON.stringify(flow)}`)
  })
  await ada.at('share-toggle').click()
  await bob.at('screen-video').waitFor({ state: 'detached' })
})

test('somebody without a browser joins, all three see and hear each other, and who speaks is shown across the pipe', async () => {
  let cyd: SyntheticParticipant | undefined
  try {
    cyd = await joinAs(demo, { name: 'Cyd', region: 'us-east' })
    await allReceiveAll([await asBrowserViewer(ada), await asBrowserViewer(bob), asViewer(cyd)])
    // Cyd, who hums, is in us-east; Ada, in eu-west, sees it.
    const tile = ada.page.locator(`[data-testid=tile][data-participant="${cyd.participant}"]`)
    await attributeBecomes(tile, 'data-speaking', 'true')
    expect(cyd.client.state.chat.map(({ text }) => text)).toEqual(['Hello from eu-west'])
  } finally {
    await cyd?.leave()
  }
  await (await tileOf(bob, ada)).waitFor()
  await seen(async () => {
    const people = (await ada.view())?.people.map(({ name }) => name)
    return people?.length === 2 || missing(`Cyd's leave: ${people?.join(', ')}`)
  })
})

test('when all have left, nothing of the meeting is left', async () => {
  await kubeRest(demo.api).mergePatch('meetings', { namespace, name: meetingName }, { spec: { emptyTimeoutSeconds: 1 } })
  for (const person of [ada, bob]) {
    await person.at('leave').click()
    await person.at('ended').waitFor()
    expect(await person.at('ended').getAttribute('data-code')).toBe('left')
    expect(person.faults).toEqual([])
  }
  await waitFor(
    async () => {
      const now = { holdings: await holdingsOf(agents), keys: await redis.keys() }
      return JSON.stringify(now) === JSON.stringify(before) || missing(`the start again; there is ${JSON.stringify(now)}`)
    },
    { timeoutMs: 60_000, pollMs: 500 },
  )
  await seen(async () => {
    const { status } = await kubeRest(demo.api).get<Meeting>('meetings', namespace, meetingName)
    return status?.phase === 'Ended' || missing(`the end of the meeting; it is ${status?.phase}`)
  })
})
