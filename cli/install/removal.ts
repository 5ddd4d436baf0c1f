import type { KindRef, KubeObject } from '../../operator/kube/objects.ts'
import { kinds } from '../../operator/kube/kinds.ts'
import { isApiError } from '../../operator/kube/client/apiError.ts'
import { shortDuration } from '../duration.ts'
import type { CliDeps, Cluster } from '../deps.ts'
import { cliErrors } from '../failure.ts'
import { installKinds, isOurs } from './kinds.ts'

/** What an installation is taken away by. Names are of objects in its namespace; absent ones are not looked for. */
export interface RemovalWish {
  /** The operator's Deployment, and the release of Helm that its Pods are labelled with. */
  readonly operator?: { readonly deployment: string; readonly release: string } | undefined
  readonly secret?: string | undefined
  readonly configMap?: string | undefined
  readonly lease: string
  /** What media Pods get to tell their people and end. */
  readonly graceMs: number
  readonly timeoutMs: number
}

/** What was taken away. */
export interface Removed {
  readonly pools: readonly string[]
  readonly nodes: readonly string[]
  readonly pods: readonly string[]
}

/** Labels of the Pods that the operator makes, and of its own. */
const mediaPods = 'app.kubernetes.io/component=media,app.kubernetes.io/managed-by=parley-operator'
const testPods = (release: string): string => `app.kubernetes.io/component=test,app.kubernetes.io/instance=${release}`
const operatorPods = (release: string): string => `app.kubernetes.io/component=operator,app.kubernetes.io/instance=${release}`

const pollMs = 1_000

const namesOf = (objects: readonly KubeObject[]): readonly string[] => objects.map(({ metadata }) => metadata.name)

/** Takes an installation away, in the order in which each part still has whom it needs. */
export function createRemoval(deps: CliDeps, { api, namespace }: Cluster, wish: RemovalWish): { run(): Promise<Removed> } {
  const deadlineMs = deps.clock.monotonicMs() + wish.timeoutMs

  /** A kind that the server does not know (the definitions are gone already) has no objects. */
  async function listed<T extends KubeObject>(kind: KindRef<T>, labelSelector?: string): Promise<readonly T[]> {
    try {
      return (await api.list(kind, { namespace, labelSelector })).items
    } catch (error) {
      if (isApiError(error, 'notFound')) return []
      throw error
    }
  }

  /** Deletes what was read, and nothing that was made again under its name. */
  async function deleteIt(kind: KindRef, { metadata }: KubeObject, gracePeriodSeconds?: number): Promise<void> {
    try {
      await api.delete(kind, metadata, { uid: metadata.uid, gracePeriodSeconds })
    } catch (error) {
      if (!isApiError(error, 'notFound', 'conflict')) throw error
    }
  }

  async function deleteAll(
    kind: KindRef,
    options: { selector?: string; graceSeconds?: number } = {},
  ): Promise<readonly string[]> {
    const objects = await listed(kind, options.selector)
    for (const object of objects) await deleteIt(kind, object, options.graceSeconds)
    return namesOf(objects)
  }

  async function untilGone(kind: KindRef, selector: string): Promise<void> {
    let told = ''
    for (;;) {
      const left = namesOf(await listed(kind, selector)).join(', ')
      if (left === '') return
      if (deps.clock.monotonicMs() >= deadlineMs)
        throw cliErrors.raise.still_there({ what: `Pods ${left}`, after: shortDuration(wish.timeoutMs) })
      if (left !== told) deps.complain(`waiting for Pods ${left}\n`)
      told = left
      await deps.clock.sleep(pollMs)
    }
  }

  async function stopOperator({ deployment, release }: NonNullable<RemovalWish['operator']>): Promise<void> {
    try {
      await api.mergePatch(installKinds.Deployment, { namespace, name: deployment }, { patch: { spec: { replicas: 0 } } })
    } catch (error) {
      if (!isApiError(error, 'notFound')) throw error
    }
    await untilGone(installKinds.Pod, operatorPods(release))
  }

  /** Deletes an object if it is there and `may` agrees. */
  async function deleteOne(kind: KindRef, name: string, may: (object: KubeObject) => boolean = () => true): Promise<void> {
    try {
      const object = await api.get(kind, { namespace, name })
      if (may(object)) await deleteIt(kind, object)
    } catch (error) {
      if (!isApiError(error, 'notFound')) throw error
    }
  }

  return {
    async run() {
      const deletePods = (): Promise<readonly string[]> =>
        deleteAll(installKinds.Pod, { selector: mediaPods, graceSeconds: Math.round(wish.graceMs / 1_000) })
      // Pods first: one that goes with its MediaNode gets its whole grace, and not every Kubernetes Node shortens what a Pod got at first. Then from the top
      // down, so that nobody makes again what has just gone; and what the operator has made meanwhile. It is still there to close what it has to.
      const first = await deletePods()
      const pools = await deleteAll(kinds.MediaNodePool)
      const nodes = await deleteAll(kinds.MediaNode)
      const pods = [...new Set([...first, ...(await deletePods())])]
      await untilGone(installKinds.Pod, mediaPods)
      // Only an operator that has stopped does not make its Lease again.
      if (wish.operator !== undefined) {
        await stopOperator(wish.operator)
        await deleteAll(installKinds.Pod, { selector: testPods(wish.operator.release) })
      }
      await deleteOne(kinds.Lease, wish.lease)
      if (wish.secret !== undefined) await deleteOne(installKinds.Secret, wish.secret, isOurs)
      if (wish.configMap !== undefined) await deleteOne(installKinds.ConfigMap, wish.configMap, isOurs)
      return { pools, nodes, pods }
    },
  }
}
