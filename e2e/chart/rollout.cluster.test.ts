import { expect, test } from 'vitest'

import type { MediaNodePool } from '../../crds/index.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { ownCluster, type List } from '../kube/cluster.ts'
import type { TestCluster } from '../kube/testCluster.ts'
import { sharedRelease } from './sharedRelease.ts'

const { cluster, pool, namespace, objects, crowd } = sharedRelease('parley-e2e-rollout')
const at = ['--namespace', namespace]

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
