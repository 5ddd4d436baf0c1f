import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

import type { MediaNode } from '../crds/index.ts'
import { missing, waitFor } from '../kit/wait.ts'
import type { SyntheticParticipant } from '../signaling/client/synthetic/syntheticParticipant.ts'
import { kubeRest, type PlainObject } from './demo/kubeRest.ts'
import { namespace } from './demo/layout.ts'
import { joinByBrowser, type BrowserPerson } from './support/browserPerson.ts'
import { startChromium } from './support/chromium.ts'
import { startDemo, type RunningDemo } from './support/demoProcess.ts'
import { keepEvidence } from './support/evidence.ts'
import { allReceiveAll, asBrowserViewer, asViewer, type Viewer } from './support/flow.ts'
import { killProcess } from './support/outage.ts'
import { joinAs } from './support/people.ts'

let demo: RunningDemo
let browser: Browser
let ada: BrowserPerson
let bob: SyntheticParticipant
let viewers: readonly Viewer[]
const others = new Set<SyntheticParticipant>()

beforeAll(async () => {
  ;[demo, browser] = await Promise.all([startDemo(), startChromium()])
})

/** How often a drain of the node has begun, by its log. */
const begins = (node: string): number => demo.logOf(node).split('"drain begins"').length - 1

/** Ada in a browser and Bob, both in the meeting, on one node. */
beforeEach(async () => {
  keepEvidence(
    () => demo,
    () => browser.contexts().flatMap((context) => context.pages()),
  )
  ada = await joinByBrowser(browser, { link: demo.host, name: 'Ada' })
  bob = await joinAs(demo, { name: 'Bob', region: (await placeOfAda()).region })
  viewers = [await asBrowserViewer(ada), asViewer(bob)]
  await allReceiveAll(viewers)
  expect(nodeOf(bob)).toBe((await placeOfAda()).node)
})

afterEach(async () => {
  for (const person of [bob, ...others]) await person.leave()
  others.clear()
  await ada.page.context().close()
})

afterAll(async () => {
  await browser.close()
  await demo.stop()
})

const nodeOf = ({ client }: SyntheticParticipant): string => client.state.node?.name ?? ''

async function placeOfAda(): Promise<{ readonly node: string; readonly region: string; readonly attachment: string }> {
  const view = await ada.view()
  return { node: view?.node.name ?? '', region: view?.node.region ?? '', attachment: view?.attachment ?? '' }
}

/** As `kubectl patch medianode NAME --type merge -p '{"spec":{"drain":...}}'`; null takes it away. */
function patchDrain(name: string, drain: object | null): Promise<PlainObject> {
  return kubeRest(demo.api).mergePatch('medianodes', { namespace, name }, { spec: { drain } })
}

/** Waits until the node's status is as wanted. */
function statusOf(name: string, wanted: string, holds: (status: NonNullable<MediaNode['status']>) => boolean): Promise<true> {
  return waitFor(
    async () => {
      const { status = {} } = await kubeRest(demo.api).get<MediaNode>('medianodes', namespace, name)
      return holds(status) || missing(`${name} ${wanted}: ${JSON.stringify({ ...status, conditions: undefined })}`)
    },
    { timeoutMs: 120_000, pollMs: 200 },
  )
}

/** Waits until exactly these people are there for Ada: who could not say that they leave, on a busy machine in an earlier test, is there for a minute more. */
async function adaSees(names: string): Promise<void> {
  await waitFor(
    async () => {
      const now = (await ada.view())?.people.map(({ name }) => name).toSorted()
      return now?.join(', ') === names || missing(`${names} for Ada, not ${now?.join(', ')}`)
    },
    { timeoutMs: 90_000, pollMs: 200 },
  )
}

/** Waits until nobody of the meeting is on the node any more and all of them are live. */
async function bothElsewhere(than: string): Promise<void> {
  await waitFor(
    async () => {
      const view = await ada.view()
      const places = { ada: [view?.life, view?.node.name], bob: [bob.client.state.life.at, nodeOf(bob)] }
      const gone = Object.values(places).every(([life, node]) => life === 'live' && node !== than)
      return gone || missing(`Ada and Bob live elsewhere than on ${than}: ${JSON.stringify(places)}`)
    },
    { timeoutMs: 60_000, pollMs: 100 },
  )
}

test('a node drains: both are back on another one, see and hear each other, and nobody else is touched', async () => {
  const { node, region } = await placeOfAda()
  const otherRegion = region === 'eu-west' ? 'us-east' : 'eu-west'
  const cyd = await joinAs(demo, { name: 'Cyd', meeting: 'other', region: otherRegion })
  const dee = await joinAs(demo, { name: 'Dee', region: otherRegion })
  for (const person of [cyd, dee]) others.add(person)
  const all = [...viewers, asViewer(dee)]
  await allReceiveAll(all)
  const placesOf = (people: readonly SyntheticParticipant[]) =>
    people.map((person) => ({ node: nodeOf(person), attachment: person.client.state.self?.attachment }))
  const untouched = placesOf([cyd, dee])
  expect(untouched.map((place) => place.node)).not.toContain(node)
  /** Whom Dee ever missed. */
  const missed = new Set<string>()
  dee.client.subscribe(({ participants }) => {
    for (const name of ['Ada', 'Bob']) if (!participants.some((each) => each.name === name)) missed.add(name)
  })
  const banners = await ada.page.evaluateHandle(() => {
    const seen = new Set<string>()
    const look = (): void => {
      for (const each of document.querySelectorAll('[data-banner]')) seen.add(each.getAttribute('data-banner') ?? '')
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true })
    return seen
  })

  await patchDrain(node, { reason: 'kernel upgrade', deadlineSeconds: 600 })
  await statusOf(node, 'Drained', ({ phase }) => phase === 'Drained')
  await bothElsewhere(node)
  await allReceiveAll(all)
  await adaSees('Ada, Bob, Dee')
  expect([...missed]).toEqual([])
  expect(await banners.evaluate((seen) => [...seen])).toContain('moving')
  expect(placesOf([cyd, dee])).toEqual(untouched)
  await statusOf(
    node,
    'to tell of the drain',
    ({ drain }) =>
      drain?.reason === 'asked for by spec.drain: kernel upgrade' && drain.message === 'nobody is left' && drain.moved === '2-5',
  )
  const events = await kubeRest(demo.api).list<PlainObject & { reason: string; involvedObject: { name: string } }>(
    'events',
    namespace,
  )
  const reasons = events.filter(({ involvedObject }) => involvedObject.name === node).map(({ reason }) => reason)
  expect(reasons).toEqual(expect.arrayContaining(['Draining', 'Drained']))

  await patchDrain(node, null)
  await statusOf(node, 'Ready again, without a drain', ({ phase, drain }) => phase === 'Ready' && drain === undefined)
})

test('where all others are closed nobody is moved, status says what blocks, and cancelling leaves everybody where they are', async () => {
  const before = await placeOfAda()
  const nodes = await kubeRest(demo.api).list<MediaNode>('medianodes', namespace)
  const rest = nodes.map(({ metadata }) => metadata.name).filter((name) => name !== before.node)
  const cordon = (cordoned: boolean): Promise<unknown> =>
    Promise.all(rest.map((name) => kubeRest(demo.api).mergePatch('medianodes', { namespace, name }, { spec: { cordoned } })))
  await cordon(true)
  await Promise.all(rest.map((name) => statusOf(name, 'Cordoned', ({ phase }) => phase === 'Cordoned')))
  await patchDrain(before.node, {})
  await statusOf(
    before.node,
    'to say what blocks',
    ({ phase, drain }) =>
      phase === 'Draining' && /until the deadline: default\/standup: no media node/.test(drain?.message ?? ''),
  )
  await allReceiveAll(viewers)
  await patchDrain(before.node, null)
  await statusOf(before.node, 'Ready again', ({ phase }) => phase === 'Ready')
  expect(await placeOfAda()).toEqual(before)
  await cordon(false)
  await Promise.all(rest.map((name) => statusOf(name, 'Ready', ({ phase }) => phase === 'Ready')))
})

test('a meeting whose spec.disruption is never stays where it is, and is moved once it says otherwise', async () => {
  const meeting = { namespace: 'default', name: 'standup' }
  const disrupted = (disruption: string): Promise<PlainObject> =>
    kubeRest(demo.api).mergePatch('meetings', meeting, { spec: { disruption } })
  // A meeting that a join has made has its object after half a minute.
  await waitFor(() => disrupted('never').catch(() => missing('the object of the meeting')), { timeoutMs: 90_000, pollMs: 1_000 })
  const before = await placeOfAda()
  await patchDrain(before.node, { deadlineSeconds: 300, pace: 5 })
  await statusOf(before.node, 'to name the meeting', ({ drain }) => drain?.blockers?.[0]?.reason === 'Never')
  await allReceiveAll(viewers)
  expect(await placeOfAda()).toEqual(before)
  await disrupted('any')
  await bothElsewhere(before.node)
  await allReceiveAll(viewers)
  await statusOf(before.node, 'Drained', ({ phase }) => phase === 'Drained')
  await patchDrain(before.node, null)
  await statusOf(before.node, 'Ready again', ({ phase }) => phase === 'Ready')
})

test.each(['operator', 'signaling'])(
  'the %s dies half-way: the drain goes on, and everybody is back on another node',
  async (name) => {
    const { node } = await placeOfAda()
    const before = begins(node)
    await patchDrain(node, { deadlineSeconds: 600 })
    await waitFor(() => begins(node) > before || missing(`the drain of ${node}`), { timeoutMs: 60_000, pollMs: 20 })
    const outage = await killProcess(demo, name)
    if (name === 'operator') {
      await bothElsewhere(node)
      await allReceiveAll(viewers)
    }
    await outage.end()
    await bothElsewhere(node)
    await allReceiveAll(viewers)
    await statusOf(node, 'Drained', ({ phase }) => phase === 'Drained')
    await adaSees('Ada, Bob')
    await patchDrain(node, null)
    await statusOf(node, 'Ready again', ({ phase }) => phase === 'Ready')
  },
)
