import { expect, test } from 'vitest'

import { specDefaults, type MediaNodePool } from '../../crds/index.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import type { KubeNode, Pod, PodDisruptionBudget } from '../kube/core.ts'
import { createStore } from '../kube/watch/store.ts'
import { Ledger } from '../ledger/ledger.ts'
import { Disruptions } from '../pods/disruptions.ts'
import { PoolFailures } from '../pods/poolFailures.ts'
import { Refusals } from '../pods/refusals.ts'
import { mediaNodePoolReconciler } from './mediaNodePool.ts'

const apiVersion = 'parley.media/v1alpha1' as const
const metadata = (name: string) => ({
  ...{ name, namespace: 'demo', uid: name, resourceVersion: '1', generation: 1 },
  creationTimestamp: '2026-01-01T00:00:00Z',
})

/** A pool that makes Pods, with so many members, and how many of its plans were carried out. */
function aPool(members: number) {
  const clock = virtualClock()
  const silent = (): void => undefined
  const ledger = new Ledger({ meeting: silent, node: silent, pool: silent, lost: silent })
  const spec: MediaNodePool['spec'] = { ...specDefaults.MediaNodePool, region: 'eu', image: 'parley-sfu:1', replicas: members }
  ledger.putPool({ apiVersion, kind: 'MediaNodePool', metadata: metadata('eu'), spec }, clock.monotonicMs())
  const owner = { apiVersion, kind: 'MediaNodePool', name: 'eu', uid: 'eu', controller: true, blockOwnerDeletion: false }
  for (let each = 0; each < members; each++) {
    const meta = { ...metadata(`eu-${each}`), ownerReferences: [owner] }
    const node = { apiVersion, kind: 'MediaNode' as const, metadata: meta, spec: { pool: 'eu', workers: 1, cordoned: false } }
    ledger.putNode(node, { url: undefined }, clock.monotonicMs())
  }
  let applied = 0
  const reconcile = mediaNodePoolReconciler({
    sources: {
      ...{ ledger, pods: createStore<Pod>(), hosts: createStore<KubeNode>(), budgets: createStore<PodDisruptionBudget>() },
      ...{ disruptions: new Disruptions(), refusals: new Refusals(() => 0), failures: new PoolFailures(() => 0) },
      ...{ createRefused: () => undefined, defaultImage: 'parley-sfu:1' },
    },
    effects: { apply: async () => void (applied += 1) },
    clock,
  })
  const { signal } = new AbortController()
  return { clock, reconcile: () => reconcile('eu', signal), applied: () => applied }
}

test('a large pool rests after each plan, for as long as it is large, and is planned then', async () => {
  const { clock, reconcile, applied } = aPool(1_000)
  await reconcile()
  expect(await reconcile()).toEqual({ at: 'wakeAfter', delayMs: 500 })
  expect(applied()).toBe(1)
  await clock.advance(499)
  expect(await reconcile()).toEqual({ at: 'wakeAfter', delayMs: 1 })
  await clock.advance(1)
  await reconcile()
  expect(applied()).toBe(2)
})

test('a small pool is planned whenever something changes', async () => {
  const { reconcile, applied } = aPool(99)
  for (let each = 0; each < 3; each++) await reconcile()
  expect(applied()).toBe(3)
})
