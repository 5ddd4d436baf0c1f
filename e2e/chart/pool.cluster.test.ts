import { expect, test } from 'vitest'

import type { MediaNodePool } from '../../crds/index.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { ownCluster, type List } from '../kube/cluster.ts'
import { nodesAreBack } from '../kube/nodesBack.ts'
import type { TestCluster } from '../kube/testCluster.ts'
import { nodesOf } from './crowd.ts'
import { isReady } from './release.ts'
import { sharedRelease } from './sharedRelease.ts'

const installation = sharedRelease('parley-e2e-pool')
const { cluster, pool, namespace, objects, crowd } = installation
const at = ['--namespace', namespace]

/** Ends Pods as a node does that loses power: nobody is told. */
const kill = (...names: readonly string[]): Promise<string> =>
  cluster.does('delete', 'pod', ...names, ...at, '--grace-period=0', '--force')

/** Waits until a component has so many ready Pods, none of them one of these. */
const comesBack = (component: string, count: number, without: readonly string[] = []): Promise<true> =>
  waitFor(
    async () => {
      const ready = (await installation.release.podsOf(component))
        .filter(isReady)
        .filter(({ metadata }) => !without.includes(metadata.name))
      return ready.length === count || missing(`${count} ready Pods of ${component}; there are ${ready.length}`)
    },
    { timeoutMs: 180_000, pollMs: 500 },
  )

const namesOf = async (component: string): Promise<readonly string[]> =>
  (await installation.release.podsOf(component)).map(({ metadata }) => metadata.name)

/** The Pod that leads, by the Lease. */
async function leader(): Promise<string> {
  const { spec } = await cluster.get<{ spec: { holderIdentity: string } }>('lease', 'parley-operator', ...at)
  return spec.holderIdentity.split('_')[0] ?? ''
}

test('a pool grows from two media nodes to three and shrinks again under a meeting, which goes on', async () => {
  const people = await crowd.join('standup', 'Ada', 'Bob')
  await crowd.flows(people)
  const before = { nodes: nodesOf(people), pods: await namesOf('media') }
  await cluster.does('scale', 'medianodepool', pool, '--replicas=3', ...at)
  await objects.poolIsReady(pool, 3)
  expect(await namesOf('media')).toEqual(expect.arrayContaining([...before.pods]))
  await cluster.does('scale', 'medianodepool', pool, '--replicas=2', ...at)
  const left = await objects.poolIsReady(pool, 2)
  expect(left.map(({ metadata }) => metadata.name)).toContain(before.nodes[0])
  expect(nodesOf(people)).toEqual(before.nodes)
  await crowd.flows(people)
})

test('the leader is killed: meetings go on, new ones begin, another one leads', async () => {
  const people = await crowd.join('standup', 'Ada', 'Bob')
  await crowd.flows(people)
  const old = await leader()
  const nodes = nodesOf(people)
  await kill(old)
  await crowd.flows(await crowd.join('review', 'Cyd', 'Dan'))
  await crowd.flows(people)
  expect(nodesOf(people)).toEqual(nodes)
  await waitFor(async () => (await leader()) !== old || missing(`somebody else than ${old} to lead`), {
    timeoutMs: 120_000,
    pollMs: 500,
  })
  await comesBack('operator', 2, [old])
})

test('all signaling services are killed: media flows on, and everybody is back with the same place in the meeting', async () => {
  const people = await crowd.join('standup', 'Ada', 'Bob')
  await crowd.flows(people)
  const before = people.map(({ client }) => client.state.self?.attachment)
  const old = await namesOf('signaling')
  await kill(...old)
  await crowd.flows(people)
  await comesBack('signaling', 2, old)
  await crowd.areLive(people)
  people[0]?.client.sendChat('still here')
  await waitFor(
    () => people[1]?.client.state.chat.some(({ text }) => text === 'still here') || missing('the message after the outage'),
    { timeoutMs: 60_000 },
  )
  expect(people.map(({ client }) => client.state.self?.attachment)).toEqual(before)
})

test('a media Pod is killed: its people go on on another one, and the pool replaces it', async () => {
  const people = await crowd.join('standup', 'Ada', 'Bob')
  await crowd.flows(people)
  const [lost = ''] = nodesOf(people)
  await kill(lost)
  await crowd.areLive(people, [lost])
  await crowd.flows(people)
  expect((await objects.poolIsReady(pool, 2)).map(({ metadata }) => metadata.name)).not.toContain(lost)
})

test('both operators are killed half-way through the drain of a node: it ends as if nothing had happened', async () => {
  const people = await crowd.join('standup', 'Ada', 'Bob')
  const others = await crowd.join('review', 'Cyd', 'Dan')
  await crowd.flows(people)
  const [leaving = ''] = nodesOf(people)
  const host = (await installation.release.podsOf('media')).find(({ metadata }) => metadata.name === leaving)?.spec.nodeName ?? ''
  const drained = cluster.kubectl.run(['drain', host, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=300s'], {
    timeoutMs: 320_000,
  })
  try {
    await waitFor(
      async () => {
        const node = (await objects.mediaNodes(pool)).find(({ metadata }) => metadata.name === leaving)
        return (node?.status?.disruptions ?? []).length > 0 || missing(`a reason for ${leaving} to drain in its status`)
      },
      { timeoutMs: 90_000, pollMs: 100 },
    )
    await kill(...(await namesOf('operator')))
    await crowd.areLive(people, [leaving])
    await crowd.flows(people)
    await crowd.flows(others)
    expect(await drained).toMatchObject({ code: 0 })
  } finally {
    await drained
    await cluster.does('uncordon', host)
  }
  expect((await objects.poolIsReady(pool, 2)).map(({ metadata }) => metadata.name)).not.toContain(leaving)
  await comesBack('operator', 2)
})

/** Gives an image of the nodes one name more, as a registry that has a new version. */
async function tagged(own: TestCluster, image: string, tag: string): Promise<string> {
  const named = image.replace(/:[^:]*$/, `:${tag}`)
  const nodes = (await cluster.get<List<object>>('nodes')).items
  for (const index of nodes.keys()) {
    const { code, err } = await own.inNode(index + 1, ['ctr', '--namespace', 'k8s.io', 'images', 'tag', image, named])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  }
  return named
}

/** Waits until a pool says that all its media nodes are as it says; returns the reasons that it gave on the way. */
async function updated(generation: number): Promise<ReadonlySet<string>> {
  const reasons = new Set<string>()
  await waitFor(
    async () => {
      const { status } = await cluster.get<MediaNodePool>('medianodepool', pool, ...at)
      const condition = (status?.conditions ?? []).find(({ type }) => type === 'Updated')
      if ((condition?.observedGeneration ?? 0) >= generation && condition) reasons.add(condition.reason)
      return reasons.has('UpToDate') || missing(`an updated pool; it says ${condition?.reason}: ${condition?.message}`)
    },
    { timeoutMs: 300_000, pollMs: 250 },
  )
  return reasons
}

interface ImagePod {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly nodeName: string; readonly containers: readonly { readonly image: string }[] }
}
const mediaPods = async (): Promise<readonly ImagePod[]> =>
  (await cluster.get<List<ImagePod>>('pods', ...at, '--selector', 'app.kubernetes.io/component=media')).items

test('a changed image rolls over the pool: a new Pod first where there is room, and a meeting goes on', async (context) => {
  const own = ownCluster(cluster, context, 'an image has to be named anew on its nodes')
  const people = await crowd.join('standup', 'Ada', 'Bob')
  await crowd.flows(people)
  const before = await mediaPods()
  const image = await tagged(own, before[0]?.spec.containers[0]?.image ?? '', 'next')
  const patch = JSON.stringify({ spec: { image } })
  await cluster.does('patch', 'medianodepool', pool, '--type=merge', '--patch', patch, ...at)
  const { metadata } = await cluster.get<MediaNodePool>('medianodepool', pool, ...at)
  const reasons = await updated(metadata.generation)
  // An old one is emptied after its successor is ready, and never to make room for it: there is a third node.
  expect([...reasons]).toEqual(expect.arrayContaining(['Emptying', 'UpToDate']))
  expect([...reasons]).not.toContain('Replacing')
  const names = before.map((pod) => pod.metadata.name)
  await crowd.areLive(people, names)
  await crowd.flows(people)
  await objects.poolIsReady(pool, 2)
  const after = (await mediaPods()).filter((pod) => !names.includes(pod.metadata.name))
  expect(after.map(({ spec }) => spec.containers[0]?.image)).toEqual([image, image])
})

test('two nodes are drained at once: people move to what is left, both drains end, and the pool is whole again', async () => {
  const people = await crowd.join('standup', 'Ada', 'Bob')
  await crowd.flows(people)
  const before = await mediaPods()
  const hosts = before.map(({ spec }) => spec.nodeName)
  expect(new Set(hosts).size).toBe(2)
  const drains = hosts.map((host) =>
    cluster.kubectl.run(['drain', host, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=300s'], {
      timeoutMs: 320_000,
    }),
  )
  try {
    expect((await Promise.all(drains)).map(({ code }) => code)).toEqual([0, 0])
  } finally {
    for (const host of hosts) await cluster.does('uncordon', host)
  }
  await crowd.areLive(
    people,
    before.map(({ metadata }) => metadata.name),
  )
  await crowd.flows(people)
  await objects.poolIsReady(pool, 2)
})

/** How often the container of each Pod was started anew, by the Pod's name. */
async function restarts(...components: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const pods = await Promise.all(components.map((component) => installation.release.podsOf(component)))
  return Object.fromEntries(
    pods.flat().map(({ metadata, status }) => [metadata.name, status.containerStatuses?.[0]?.restartCount ?? 0]),
  )
}

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, count) => sum + count, 0)

test('the API server is away for 30 s: joins go on, and nothing but its leader is started anew', async (context) => {
  const own = ownCluster(cluster, context, 'this stops the API server')
  const people = await crowd.join('standup', 'Ada', 'Bob')
  await crowd.flows(people)
  const before = { others: await restarts('media', 'signaling', 'redis'), operators: await restarts('operator') }
  await own.killApi()
  const backAtMs = performance.now() + 30_000
  try {
    for (let round = 1; performance.now() < backAtMs; round++) {
      const guests = [...(await crowd.join('standup', 'Guest')), ...people]
      const others = await crowd.join(`outage-${round}`, 'Cyd', 'Dan')
      await crowd.flows(guests)
      await crowd.flows(others)
      await crowd.leave([...guests.slice(0, 1), ...others])
    }
  } finally {
    await own.startApi()
    // Kubelets try ever further apart: left alone they would take up to a minute, and what comes next would wait for them.
    await own.restartAgents()
    await nodesAreBack(cluster, Date.now())
  }
  await comesBack('operator', 2)
  expect(await restarts('media', 'signaling', 'redis')).toEqual(before.others)
  // Who cannot renew its Lease for 10 s stops leading by ending, and comes back as a standby that waits for the API server. That is the leader;
  // where the API server answers late at first, whoever leads next may lose it once more.
  const operators = await restarts('operator')
  expect(total(operators) - total(before.operators)).toBeLessThanOrEqual(2)
  for (const [name] of Object.entries(operators).filter(([each, times]) => times > (before.operators[each] ?? 0)))
    expect(await cluster.does('logs', name, '--previous', ...at)).toContain('the lease is lost')
  await crowd.flows(await crowd.join('afterwards', 'Eve', 'Fay'))
})
