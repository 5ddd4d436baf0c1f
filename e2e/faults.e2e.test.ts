import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import type { MediaNode, Meeting } from '../crds/index.ts'
import { missing, waitFor } from '../kit/wait.ts'
import type { SyntheticParticipant } from '../signaling/client/synthetic/syntheticParticipant.ts'
import { kubeRest } from './demo/kubeRest.ts'
import { meetingName, namespace } from './demo/layout.ts'
import { joinByBrowser, type BrowserPerson } from './support/browserPerson.ts'
import { startChromium } from './support/chromium.ts'
import { startDemo, type RunningDemo } from './support/demoProcess.ts'
import { keepEvidence } from './support/evidence.ts'
import { allReceiveAll, asBrowserViewer, asViewer, type Viewer } from './support/flow.ts'
import { killProcess, type Outage, type OutageLine } from './support/outage.ts'
import { joinAs } from './support/people.ts'
import { familyOf, gone, isRunning } from './support/processes.ts'

let demo: RunningDemo
let browser: Browser
let ada: BrowserPerson
let bob: SyntheticParticipant
let viewers: readonly Viewer[]
const guests = new Set<SyntheticParticipant>()

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), startChromium()])
})

beforeEach(async () => {
  keepEvidence(
    () => demo,
    () => browser.contexts().flatMap((context) => context.pages()),
  )
  await allNodesReady()
  ada = await joinByBrowser(browser, { link: demo.host, name: 'Ada' })
  bob = await joinAs(demo, { name: 'Bob', region: 'us-east' })
  viewers = [await asBrowserViewer(ada), asViewer(bob)]
  await allReceiveAll(viewers)
})

afterEach(async () => {
  demo.signal('SIGCONT') // Where a test failed in an outage, the next one has none.
  for (const guest of guests) await guest.leave()
  guests.clear()
  await bob.leave()
  await ada.page.context().close()
})

afterAll(async () => {
  demo.signal('SIGCONT')
  await browser.close()
  await demo.stop()
})

async function allNodesReady(): Promise<void> {
  await waitFor(
    async () => {
      const nodes = await kubeRest(demo.api).list<MediaNode>('medianodes', namespace)
      const unready = nodes.filter(({ status }) => status?.phase !== 'Ready').map(({ metadata }) => metadata.name)
      return unready.length === 0 || missing(`${unready.join(', ')} to be Ready`)
    },
    { timeoutMs: 60_000, pollMs: 200 },
  )
}

/** Who warned, and how often: one who misses somebody says so once. */
function warnings(lines: readonly OutageLine[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { process, level } of lines) if (level === 'warn' || level === 'error') counts[process] = (counts[process] ?? 0) + 1
  return counts
}

/** Ends an outage. The launcher told it in one line. */
async function afterwards(outage: Outage): Promise<readonly OutageLine[]> {
  const { lines, deaths } = await outage.end()
  expect(deaths).toEqual([expect.stringMatching(/^\S+ killed by SIGKILL; starting it again in \d\.\d s$/)])
  return lines
}

/** Whom else somebody sees and hears, with somebody who has just come. */
async function aGuestJoins(name: string): Promise<Viewer> {
  const guest = await joinAs(demo, { name, region: 'eu-west' })
  guests.add(guest)
  return asViewer(guest)
}

async function placeOfAda(): Promise<{ readonly node: string; readonly attachment: string }> {
  const view = await ada.view()
  return { node: view?.node.name ?? '', attachment: view?.attachment ?? '' }
}

test('without the operator media goes on, and a join is placed by the fallback', async () => {
  const outage = await killProcess(demo, 'operator')
  await allReceiveAll(viewers)
  const cyd = await aGuestJoins('Cyd')
  await allReceiveAll([...viewers, cyd])
  const lines = await afterwards(outage)
  expect(warnings(lines)).toEqual({ signaling: 1 })
  await waitFor(
    async () => {
      const { status } = await kubeRest(demo.api).get<Meeting>('meetings', namespace, meetingName)
      const adopted = status?.participants === '2-5' && status.segments?.every(({ fallback }) => !fallback)
      return adopted === true || missing(`adoption by the operator: ${JSON.stringify(status)}`)
    },
    { timeoutMs: 90_000, pollMs: 200 },
  )
  await allReceiveAll([...viewers, cyd])
})

test('without the API server media and joins go on', async () => {
  const outage = await killProcess(demo, 'api')
  await allReceiveAll(viewers)
  const dan = await aGuestJoins('Dan')
  const lines = await afterwards(outage)
  expect(warnings(lines)).toEqual({ operator: 1 })
  await allNodesReady()
  await allReceiveAll([...viewers, dan])
})

test('without signaling media goes on, and its clients come back to the same place', async () => {
  const before = await placeOfAda()
  const outage = await killProcess(demo, 'signaling')
  await allReceiveAll(viewers)
  expect((await ada.view())?.life).toBe('reconnecting')
  const lines = await afterwards(outage)
  expect(
    lines
      .filter(({ msg }) => msg === 'session is away')
      .map(({ process }) => process)
      .toSorted(),
  ).toEqual([before.node, bob.client.state.node?.name ?? ''].toSorted())
  await waitFor(async () => (await ada.view())?.life === 'live' || missing('Ada live again'), { timeoutMs: 60_000 })
  await waitFor(() => bob.client.state.life.at === 'live' || missing('Bob live again'), { timeoutMs: 60_000 })
  expect(await placeOfAda()).toEqual(before)
  await allReceiveAll(viewers)
})

test('without a media node that nobody uses nobody notices', async () => {
  const used = new Set([(await placeOfAda()).node, bob.client.state.node?.name])
  const idle = demo.processes().find(({ name }) => /-\d$/.test(name) && !used.has(name))?.name ?? ''
  const outage = await killProcess(demo, idle)
  await allReceiveAll(viewers)
  const lines = await afterwards(outage)
  expect(warnings(lines)).toMatchObject({ operator: 1 })
  await allNodesReady()
})

test('without their media node people go on through another one', async () => {
  const { node, attachment } = await placeOfAda()
  const outage = await killProcess(demo, node)
  await waitFor(
    async () => {
      const now = await placeOfAda()
      return (now.node !== node && now.attachment !== attachment) || missing(`another place for Ada than ${now.node}`)
    },
    { timeoutMs: 60_000 },
  )
  await allReceiveAll(viewers)
  // Who could not say that they leave, on a busy machine in an earlier test, is there for a minute more.
  await waitFor(
    async () => {
      const people = (await ada.view())?.people.map(({ name }) => name).toSorted()
      return people?.join() === 'Ada,Bob' || missing(`Ada and Bob, not ${people?.join()}`)
    },
    { timeoutMs: 90_000, pollMs: 200 },
  )
  const lines = await afterwards(outage)
  expect(warnings(lines)).toEqual({ operator: 1, signaling: 1, [bob.client.state.node?.name ?? '']: 1 })
  await allNodesReady()
  await allReceiveAll(viewers)
})

test('a media worker that is killed is started again, and its people go on', async () => {
  const { node, attachment } = await placeOfAda()
  const agent = demo.process(node)
  const [worker] = familyOf(agent.pid ?? 0).filter((pid) => pid !== agent.pid)
  if (worker === undefined) throw new Error(`${node} has no worker`)
  process.kill(worker, 'SIGKILL')
  await gone([worker])
  await waitFor(async () => (await placeOfAda()).attachment !== attachment || missing('another place for Ada'), {
    timeoutMs: 60_000,
  })
  await allReceiveAll(viewers)
  expect(isRunning(agent.pid ?? 0)).toBe(true)
  await waitFor(() => familyOf(agent.pid ?? 0).length > 1 || missing('the next worker'), { timeoutMs: 60_000 })
})
