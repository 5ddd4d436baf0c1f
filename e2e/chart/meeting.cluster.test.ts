import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { missing, waitFor } from '../../kit/wait.ts'
import { theCluster, type Cluster } from '../kube/cluster.ts'
import { keepClusterEvidence } from '../kube/clusterEvidence.ts'
import { endNamespace } from '../kube/namespaces.ts'
import { joinByBrowser, type BrowserPerson, type PageView } from '../support/browserPerson.ts'
import { startChromium } from '../support/chromium.ts'
import { linkAt, type Entrance } from '../support/entrance.ts'
import { allReceiveAll, asBrowserViewer } from '../support/flow.ts'
import type { ProgramResult } from '../support/program.ts'
import { dropDefinitions } from './definitions.ts'
import { objectsOf, smallPools, type Objects } from './pools.ts'
import { installRelease, isReady, type Pod, type Release } from './release.ts'

const cluster: Cluster = theCluster()
const meeting = 'standup'
let release: Release
let entrance: Entrance
let objects: Objects
let browser: Browser
const people: BrowserPerson[] = []

beforeAll(async () => {
  const values = smallPools({ 'eu-west': 1, 'us-east': 1 })
  ;[release, browser] = await Promise.all([
    installRelease(cluster, { name: 'parley', namespace: 'parley-e2e-meeting', values }),
    startChromium(),
  ])
  objects = objectsOf(cluster, release.namespace)
  for (const pool of ['eu-west', 'us-east']) await objects.poolIsReady(pool, 1)
  entrance = await release.entrance()
})

afterAll(async () => {
  await browser.close()
  await release.uninstall()
  await release.close()
  await endNamespace(cluster, release.namespace)
  await dropDefinitions(cluster)
  cluster.close()
})

beforeEach(() =>
  keepClusterEvidence(
    () => cluster,
    () => browser.contexts().flatMap((context) => context.pages()),
  ),
)

test('all that the chart renders is ready: two operators, two signaling services, a Redis', async () => {
  for (const [component, count] of [
    ['operator', 2],
    ['signaling', 2],
    ['redis', 1],
  ] as const)
    expect((await release.podsOf(component)).filter(isReady)).toHaveLength(count)
})

test('two people meet in two browsers, each by a media Pod of their region, on two nodes', async () => {
  for (const [name, region] of [
    ['Ada', 'eu-west'],
    ['Bob', 'us-east'],
  ] as const)
    people.push(await joinByBrowser(browser, { link: await linkAt(entrance, { meeting, region }), name }))
  await allReceiveAll(await Promise.all(people.map(asBrowserViewer)), 180_000)
  expect(await Promise.all(people.map(async (person) => (await person.view())?.node.region))).toEqual(['eu-west', 'us-east'])
  const pods = await release.podsOf('media')
  expect(new Set(pods.map(({ spec }) => spec.nodeName)).size).toBe(2)
})

/** What somebody's page shows of the meeting; fails where they are in none. */
async function viewOf(person: BrowserPerson): Promise<PageView> {
  const view = await person.view()
  if (view === undefined) throw new Error(`${person.name} is in no meeting`)
  return view
}

/** The Pod of a media node. */
async function podOf(node: string): Promise<Pod> {
  const pod = (await release.podsOf('media')).find(({ metadata }) => metadata.name === node)
  if (pod === undefined) throw new Error(`there is no Pod of ${node}`)
  return pod
}

const drain = (node: string): Promise<ProgramResult> =>
  cluster.kubectl.run(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=300s'], { timeoutMs: 320_000 })

test('kubectl drain lets the media Pod go once its people have moved; nobody else notices', async () => {
  const [ada, bob] = people as [BrowserPerson, BrowserPerson]
  const before = { ada: await viewOf(ada), bob: await viewOf(bob) }
  const [leaving, staying] = [await podOf(before.ada.node.name), await podOf(before.bob.node.name)]
  const node = leaving.spec.nodeName ?? ''
  const drained = drain(node)
  try {
    await waitFor(
      async () => {
        const view = await ada.view()
        const moved = view?.life === 'live' && view.node.name !== before.ada.node.name
        return moved || missing(`Ada on another media node: ${JSON.stringify(view)}`)
      },
      { timeoutMs: 180_000, pollMs: 500 },
    )
    await allReceiveAll(await Promise.all(people.map(asBrowserViewer)), 180_000)
    expect(await drained).toMatchObject({ code: 0 })
  } finally {
    await drained
    await cluster.does('uncordon', node)
  }
  const after = (await release.podsOf('media')).map(({ metadata }) => metadata.uid)
  expect(after).not.toContain(leaving.metadata.uid)
  expect(after).toContain(staying.metadata.uid)
  expect((await viewOf(bob)).attachment).toBe(before.bob.attachment)
  expect((await viewOf(ada)).participant).toBe(before.ada.participant)
  for (const pool of ['eu-west', 'us-east']) await objects.poolIsReady(pool, 1)
  expect([...ada.faults, ...bob.faults]).toEqual([])
})
