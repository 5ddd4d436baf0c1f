import type { Log } from '../../kit/log.ts'
import type { Clock } from '../../kit/clock.ts'
import type { MediaNode, MediaNodePool } from '../../crds/index.ts'
import { isApiError } from '../kube/client/apiError.ts'
import type { ApiPort } from '../kube/client/apiPort.ts'
import type { Expectations } from '../kube/write/expectations.ts'
import { kinds } from '../kube/kinds.ts'
import type { WriteBucket } from '../kube/write/writeBucket.ts'
import { writeThrough } from '../kube/write/writeThrough.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { NodePodPlan, NodePodView, PodLabelValues } from '../plan/nodePod.ts'
import { isPodOf } from '../pods/agentUrl.ts'
import { podLabels } from '../pods/labels.ts'
import { podDraft } from '../pods/podDraft.ts'
import type { Refusals } from '../pods/refusals.ts'
import type { PoolFailures } from '../pods/poolFailures.ts'
import { refusalWords } from '../pods/refusalWords.ts'

/** What {@link createMediaPodEffects} needs. */
export interface MediaPodEffectsOptions {
  readonly api: Pick<ApiPort, 'get' | 'create' | 'mergePatch' | 'delete'>
  readonly bucket: WriteBucket
  readonly ledger: Ledger
  readonly refusals: Refusals
  readonly failures: PoolFailures
  readonly expectations: Expectations
  readonly trustedKeysConfigMap: string
  /** What is known of a media node is another: look at it again. */
  readonly changed: (name: string) => void
  readonly clock: Clock
  readonly log: Log
}

/** Makes, labels and deletes the Pods of media nodes, and deletes a media node with its Pod. */
export interface MediaPodEffects {
  apply(seen: NodePodView, plan: NodePodPlan, signal: AbortSignal): Promise<void>
}

/** A Pod that is still the one that was planned for. */
interface Target {
  readonly node: MediaNode
  readonly podUid: string
}

type PodAct = Extract<NodePodPlan, { act: 'labelPod' | 'deletePod' }>

/** Makes the only writer of media Pods. */
export function createMediaPodEffects(options: MediaPodEffectsOptions): MediaPodEffects {
  const { api, bucket, ledger, refusals, failures, expectations, clock, log } = options

  function refuse(node: MediaNode, refusal: { reason: 'PodRefused' | 'NameTaken'; message: string }): void {
    const { name, uid } = node.metadata
    log.warn({ node: name, reason: refusal.message }, 'media Pod refused')
    refusals.put(uid, refusal, clock.monotonicMs())
    options.changed(name)
  }

  /** The name is taken: by our own Pod, where an answer was lost or the cache is late, or by somebody else's. */
  async function taken(node: MediaNode, signal: AbortSignal): Promise<void> {
    const there = await api.get(kinds.Pod, node.metadata, signal)
    if (isPodOf(there, node)) return expectations.wrote(node.metadata.name, there)
    const message = `there is a Pod ${node.metadata.name} that is not its own: delete that one, or this media node`
    return refuse(node, { reason: 'NameTaken', message })
  }

  async function createPod(node: MediaNode, pool: MediaNodePool, signal: AbortSignal): Promise<void> {
    const { name, uid } = node.metadata
    const draft = podDraft({ node, pool, trustedKeysConfigMap: options.trustedKeysConfigMap })
    try {
      const write = { key: `pod/create/${uid}`, signal }
      const made = await writeThrough(bucket, write, (until) => api.create(kinds.Pod, draft, until))
      expectations.wrote(name, made)
      refusals.forget(uid)
      log.info({ node: name, pool: node.spec.pool }, 'media Pod made')
    } catch (thrown) {
      if (isApiError(thrown, 'alreadyExists')) await taken(node, signal)
      else if (isApiError(thrown, 'invalid', 'forbidden')) {
        refuse(node, { reason: 'PodRefused', message: refusalWords(thrown.message, pool) })
      } else throw thrown
    }
  }

  async function labelPod({ node, podUid }: Target, { guard, serving }: PodLabelValues, signal: AbortSignal): Promise<void> {
    const labels = { [podLabels.guard]: guard, [podLabels.serving]: serving }
    const labelled = await writeThrough(bucket, { key: `pod/label/${podUid}`, signal }, (until) =>
      api.mergePatch(kinds.Pod, node.metadata, { patch: { metadata: { labels } }, uid: podUid, signal: until }),
    )
    expectations.wrote(node.metadata.name, labelled)
  }

  async function deletePod({ node, podUid }: Target, why: string, signal: AbortSignal): Promise<void> {
    const { name, namespace } = node.metadata
    log.info({ node: name, reason: why }, 'media Pod deleted')
    await writeThrough(bucket, { key: `pod/delete/${podUid}`, signal }, (until) =>
      api.delete(kinds.Pod, { namespace, name }, { uid: podUid, signal: until }),
    )
    const { apiVersion, kind } = kinds.Pod
    expectations.deleted(name, { apiVersion, kind, metadata: { name, namespace, uid: podUid, resourceVersion: '' } })
  }

  /** A cache that is late must not cost a media node whose Pod is there: the server itself is asked. */
  async function hasPod(node: MediaNode, signal: AbortSignal): Promise<boolean> {
    try {
      return isPodOf(await api.get(kinds.Pod, node.metadata, signal), node)
    } catch (thrown) {
      if (isApiError(thrown, 'notFound')) return false
      throw thrown
    }
  }

  async function deleteNode(node: MediaNode, why: string, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = node.metadata
    if (await hasPod(node, signal)) return
    log.info({ node: name, pool: node.spec.pool, reason: why }, 'media node deleted')
    await writeThrough(bucket, { key: `node/delete/${uid}`, signal }, (until) =>
      api.delete(kinds.MediaNode, { namespace, name }, { uid, signal: until }),
    )
    expectations.deleted(name, node)
    refusals.forget(uid)
  }

  async function actOnPod(target: Target, plan: PodAct, signal: AbortSignal): Promise<void> {
    if (plan.act === 'labelPod') return labelPod(target, plan.labels, signal)
    const { uid } = ledger.nodes.pool(target.node.spec.pool)?.metadata ?? {}
    if (plan.failed && uid !== undefined) failures.failed(uid, clock.monotonicMs())
    return deletePod(target, plan.why, signal)
  }

  async function act(node: MediaNode, { plan, podUid }: { plan: NodePodPlan; podUid: string | undefined }, signal: AbortSignal) {
    const pool = ledger.nodes.pool(node.spec.pool)
    if (plan.act === 'none') return
    if (plan.act === 'createPod') {
      if (pool !== undefined) await createPod(node, pool, signal)
    } else if (plan.act === 'deleteNode') await deleteNode(node, plan.why, signal)
    else if (podUid !== undefined) await actOnPod({ node, podUid }, plan, signal)
  }

  return {
    async apply(seen, plan, signal) {
      const node = ledger.nodes.get(seen.member.name)?.object
      if (node?.metadata.uid !== seen.member.uid) return
      try {
        await act(node, { plan, podUid: seen.member.pod?.uid }, signal)
      } catch (thrown) {
        const hasGone = isApiError(thrown, 'notFound') && plan.act !== 'createPod'
        if (!hasGone) throw thrown // What has gone the caches will tell, and it is decided anew.
      }
    },
  }
}
