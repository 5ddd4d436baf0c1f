import type { MediaNodePool } from '../../crds/index.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { isApiError, type ApiError } from '../kube/client/apiError.ts'
import type { ApiPort } from '../kube/client/apiPort.ts'
import type { EventRecorder } from '../kube/write/events.ts'
import type { Expectations } from '../kube/write/expectations.ts'
import { kinds } from '../kube/kinds.ts'
import type { WriteBucket } from '../kube/write/writeBucket.ts'
import { writeThrough } from '../kube/write/writeThrough.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { MediaNodePoolPlan } from '../plan/mediaNodePool.ts'
import type { Disruptions } from '../pods/disruptions.ts'
import type { Refusals } from '../pods/refusals.ts'
import type { MediaNodePoolView } from '../view/mediaNodePoolView.ts'
import { makeMediaNode } from './makeMediaNode.ts'
import type { StatusTeller } from './tellStatus.ts'
import { unseenMembers } from './unseenMembers.ts'
import { writeBudget } from './writeBudget.ts'

/** What {@link createPoolEffects} needs. */
export interface PoolEffectsOptions {
  readonly api: Pick<ApiPort, 'get' | 'list' | 'create' | 'mergePatch'>
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

/** What fails until a person changes something. */
const isRefusal = (thrown: unknown): thrown is ApiError => isApiError(thrown, 'invalid', 'forbidden', 'alreadyExists')

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

  /** Whether the plan was made from all that the pool has; where it was not, the pool is looked at again once the cache shows the others. */
  async function sawAll({ object, pods }: MediaNodePoolView, signal: AbortSignal): Promise<boolean> {
    const planned = new Set(pods?.members.map(({ name }) => name))
    const unseen = await unseenMembers({ api, isKnown: (name) => planned.has(name) }, object, signal)
    for (const node of unseen) expectations.wrote(object.metadata.name, node)
    return unseen.length === 0
  }

  async function createNode(pool: MediaNodePool, signal: AbortSignal): Promise<void> {
    const isKnown = (name: string): boolean => ledger.nodes.get(name) !== undefined
    const made = await makeMediaNode({ api, bucket, isKnown, random }, pool, signal)
    const { name } = made.metadata
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

  async function keepBudget(pool: MediaNodePool, act: 'create' | 'patch', signal: AbortSignal): Promise<void> {
    expectations.wrote(pool.metadata.name, await writeBudget({ api, bucket }, { pool, act }, signal))
  }

  function writes(seen: MediaNodePoolView, plan: MediaNodePoolPlan, signal: AbortSignal): readonly Promise<void>[] {
    const pool = seen.object
    const all = plan.create === 0 ? Promise.resolve(true) : sawAll(seen, signal)
    const create = async (): Promise<void> => ((await all) ? createNode(pool, signal) : undefined)
    return [
      ...(plan.image === undefined ? [] : [writeImage(pool, plan.image, signal)]),
      ...(plan.budget === 'keep' ? [] : [keepBudget(pool, plan.budget, signal)]),
      ...Array.from({ length: plan.create }, create),
    ]
  }

  /** A person has to change something, a right or a name: it is told, and tried again rarely. */
  function refuse({ metadata: { name, uid } }: MediaNodePool, refusal: ApiError): void {
    log.warn({ pool: name, err: refusal }, 'what a pool makes was refused')
    const { message } = refusal
    const told =
      refusal.reason === 'alreadyExists'
        ? { reason: 'NameTaken' as const, message }
        : { reason: 'CreateRefused' as const, message: `the API server refuses what the pool makes: ${message}` }
    refusals.put(uid, told, options.clock.monotonicMs())
    options.poolChanged(name)
  }

  return {
    async apply(seen, plan, signal) {
      const { object } = seen
      remember(plan)
      for (const happening of plan.happenings) recorder.record(object, happening)
      teller.tell({ kind: kinds.MediaNodePool, object, planned: plan.status })
      const results = await Promise.allSettled(writes(seen, plan, signal))
      const failures = results.filter((result) => result.status === 'rejected')
      const refusal = failures.map(({ reason }): unknown => reason).find(isRefusal)
      if (refusal !== undefined) refuse(object, refusal)
      else if (results.length > 0) refusals.forget(object.metadata.uid)
      const failed = failures.find(({ reason }) => !isRefusal(reason))
      if (failed !== undefined) throw failed.reason
    },
  }
}
