import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

import { missing, waitFor } from '../../kit/wait.ts'
import { theCluster, type Cluster } from '../kube/cluster.ts'
import { keepClusterEvidence } from '../kube/clusterEvidence.ts'
import { joinByBrowser, type BrowserPerson } from '../support/browserPerson.ts'
import { startChromium } from '../support/chromium.ts'
import { linkAt, type Entrance } from '../support/entrance.ts'
import { allReceiveAll, asBrowserViewer } from '../support/flow.ts'
import { objectsOf, smallPools, type Objects } from './pools.ts'
import { installRelease, isReady, type Release } from './release.ts'

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
    installRelease(cluster, { name: 'parley', namespace: 'parley', values }),
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
  await cluster.does('delete', 'namespace', release.namespace, '--timeout=60s')
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
  await allReceiveAll(await Promise.all(people.map(asBrowserViewer)), 60_000)
  expect(await Promise.all(people.map(async (person) => (await person.view())?.node.region))).toEqual(['eu-west', 'us-east'])
  const pods = await release.podsOf('media')
  expect(new Set(pods.map(({ spec }) => spec.nodeName)).size).toBe(2)
})

test('kubectl drain lets the media Pod go once its people have moved; nobody else notices', async () => {
  const [ada, bob] = people
  if (!ada || !bob) throw new Error('nobody is in the meeting')
  const before = { ada: await ada.view(), bob: await bob.view() }
  const pods = await release.podsOf('media')
  const [leaving, staying] = [before.ada, before.bob].map((view) =>
    pods.find(({ metadata }) => metadata.name === view?.node.name),
  )
  const node = leaving?.spec.nodeName ?? ''
  const drained = cluster.kubectl.run(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=150s'], {
    timeoutMs: 170_000,
  })
  try {
    await waitFor(
      async () => {
        const view = await ada.view()
        const moved = view?.life === 'live' && view.node.name !== before.ada?.node.name
        return moved || missing(`Ada on another media node: ${JSON.stringify(view)}`)
      },
      { timeoutMs: 90_000, pollMs: 500 },
    )
    await allReceiveAll(await Promise.all(people.map(asBrowserViewer)), 60_000)
    expect(await drained).toMatchObject({ code: 0 })
  } finally {
    await drained
    await cluster.does('uncordon', node)
  }
  const after = await release.podsOf('media')
  expect(after.map(({ metadata }) => metadata.uid)).not.toContain(leaving?.metadata.uid)
  expect(after.map(({ metadata }) => metadata.uid)).toContain(staying?.metadata.uid)
  expect((await bob.view())?.attachment).toBe(before.bob?.attachment)
  expect((await ada.view())?.participant).toBe(before.ada?.participant)
  for (const pool of ['eu-west', 'us-east']) await objects.poolIsReady(pool, 1)
  expect([...ada.faults, ...bob.faults]).toEqual([])
})
