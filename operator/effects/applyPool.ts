import type { MediaNode, MediaNodePool } from '../../crds/index.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { isApiError, type ApiError } from '../kube/apiError.ts'
import type { ApiPort } from '../kube/apiPort.ts'
import type { EventRecorder } from '../kube/events.ts'
import type { Expectations } from '../kube/expectations.ts'
import { kinds } from '../kube/kinds.ts'
import type { Draft, OwnerReference } from '../kube/objects.ts'
import type { WriteBucket } from '../kube/writeBucket.ts'
import { writeThrough } from '../kube/writeThrough.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { MediaNodePoolPlan } from '../plan/mediaNodePool.ts'
import { budgetName, budgetOf } from '../plan/poolBudget.ts'
import type { Disruptions } from '../pods/disruptions.ts'
import { mediaLabels, podLabels } from '../pods/labels.ts'
import type { Refusals } from '../pods/refusals.ts'
import { newNodeName } from '../pods/nodeName.ts'
import { templateHash } from '../pods/template.ts'
import type { MediaNodePoolView } from '../view/mediaNodePoolView.ts'
import type { StatusTeller } from './tellStatus.ts'

/** What {@link createPoolEffects} needs. */
export interface PoolEffectsOptions {
  readonly api: Pick<ApiPort, 'get' | 'create' | 'mergePatch'>
  readonly bucket: WriteBucket
  readonly ledger: Ledger
  readonly disruptions: Disruptions
  readonly expectations: Expectations
  readonly refusals: Refusals
  readonly teller: StatusTeller
  readonly recorder: EventRecorder
  /** The disruptions of a media node are others. */
  readonly changed: (name: string) => void
  /** What is known of a pool is another: look at it again. */
  readonly poolChanged: (name: string) => void
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly log: Log
}

/** Makes a pool's plan true. Rejects with the first failure after everything was tried. */
export interface PoolEffects {
  apply(seen: MediaNodePoolView, plan: MediaNodePoolPlan, signal: AbortSignal): Promise<void>
}

const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: MediaNodePool): readonly OwnerReference[] => [
  { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: false },
]

function nodeDraft(pool: MediaNodePool, name: string): Draft<Pick<MediaNode, 'metadata' | 'spec'>> {
  const { namespace } = pool.metadata
  const labels = { [podLabels.pool]: pool.metadata.name, [podLabels.template]: templateHash(pool.spec) }
  return {
    metadata: { name, namespace, labels, ownerReferences: ownedBy(pool) },
    spec: { pool: pool.metadata.name, workers: pool.spec.workers, cordoned: false },
  }
}

/** What fails until a person changes something. */
const isRefusal = (thrown: unknown): thrown is ApiError => isApiError(thrown, 'invalid', 'forbidden')

/** Makes the only writer of what a pool makes: media nodes, its budget, and its image. */
export function createPoolEffects(options: PoolEffectsOptions): PoolEffects {
  const { api, bucket, ledger, disruptions, expectations, refusals, teller, recorder, random, log } = options

  function remember(plan: MediaNodePoolPlan): void {
    for (const [name, decided] of plan.disruptions) {
      const node = ledger.nodes.get(name)
      if (node === undefined) continue
      node.leaving = decided[0]?.message // Until its status says so, which may wait its turn.
      if (disruptions.put(node.object, decided)) options.changed(name)
    }
  }

  /** A lost answer leaves open whether it was made: the server itself is asked. If it comes later still, it is one too many, and leaves. */
  async function makeNode(pool: MediaNodePool, name: string, signal: AbortSignal): Promise<MediaNode> {
    try {
      return await writeThrough(bucket, { key: `node/create/${name}`, signal }, (until) =>
        api.create(kinds.MediaNode, nodeDraft(pool, name), until),
      )
    } catch (thrown) {
      if (!isApiError(thrown) || !thrown.ambiguous) throw thrown
      return api.get(kinds.MediaNode, { namespace: pool.metadata.namespace, name }, signal).catch(() => {
        throw thrown
      })
    }
  }

  async function createNode(pool: MediaNodePool, signal: AbortSignal): Promise<void> {
    const name = newNodeName(pool.metadata.name, random)
    const made = await makeNode(pool, name, signal)
    expectations.wrote(pool.metadata.name, made)
    recorder.record(pool, { type: 'Normal', reason: 'NodeMade', message: `made the media node ${name}` })
    log.info({ pool: pool.metadata.name, node: name }, 'media node made')
  }

  async function writeImage(pool: MediaNodePool, image: string, signal: AbortSignal): Promise<void> {
    const { resourceVersion } = pool.metadata
    const written = await writeThrough(bucket, { key: `pool/image/${pool.metadata.uid}`, signal }, (until) =>
      api.mergePatch(kinds.MediaNodePool, pool.metadata, { patch: { spec: { image } }, resourceVersion, signal: until }),
    )
    expectations.wrote(pool.metadata.name, written)
    log.info({ pool: pool.metadata.name }, 'image of a pool written')
  }

  async function writeBudget(pool: MediaNodePool, act: 'create' | 'patch', signal: AbortSignal): Promise<void> {
    const { name: poolName, namespace, uid } = pool.metadata
    const ref = { namespace, name: budgetName(poolName) }
    const metadata = { labels: { ...mediaLabels, [podLabels.pool]: poolName }, ownerReferences: ownedBy(pool) }
    const spec = budgetOf(poolName)
    const written = await writeThrough(bucket, { key: `pool/budget/${uid}`, signal }, (until) =>
      act === 'create'
        ? api.create(kinds.PodDisruptionBudget, { metadata: { ...ref, ...metadata }, spec }, until)
        : api.mergePatch(kinds.PodDisruptionBudget, ref, { patch: { metadata, spec }, signal: until }),
    )
    expectations.wrote(poolName, written)
  }

  function writes(pool: MediaNodePool, plan: MediaNodePoolPlan, signal: AbortSignal): readonly Promise<void>[] {
    return [
      ...(plan.image === undefined ? [] : [writeImage(pool, plan.image, signal)]),
      ...(plan.budget === 'keep' ? [] : [writeBudget(pool, plan.budget, signal)]),
      ...Array.from({ length: plan.create }, () => createNode(pool, signal)),
    ]
  }

  /** A person has to change something, a right or a name: it is told, and tried again rarely. */
  function refuse({ metadata: { name, uid } }: MediaNodePool, refusal: ApiError): void {
    log.warn({ pool: name, err: refusal }, 'what a pool makes was refused')
    const message = `the API server refuses what the pool makes: ${refusal.message}`
    refusals.put(uid, { reason: 'CreateRefused', message }, options.clock.monotonicMs())
    options.poolChanged(name)
  }

  return {
    async apply({ object }, plan, signal) {
      remember(plan)
      for (const happening of plan.happenings) recorder.record(object, happening)
      teller.tell({ kind: kinds.MediaNodePool, object, planned: plan.status })
      const results = await Promise.allSettled(writes(object, plan, signal))
      const failures = results.filter((result) => result.status === 'rejected')
      const refusal = failures.map(({ reason }): unknown => reason).find(isRefusal)
      if (refusal !== undefined) refuse(object, refusal)
      else if (results.length > 0) refusals.forget(object.metadata.uid)
      const failed = failures.find(({ reason }) => !isRefusal(reason))
      if (failed !== undefined) throw failed.reason
    },
  }
}
