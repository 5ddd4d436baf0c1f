import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

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
