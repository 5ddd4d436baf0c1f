import { ApiError } from '../../operator/kube/client/apiError.ts'
import type { ApiPort } from '../../operator/kube/client/apiPort.ts'
import { applyMergePatch } from '../../operator/kube/client/mergePatch.ts'
import { keyOf, type KindRef, type KubeObject, type ObjectRef } from '../../operator/kube/objects.ts'

/** As much of an object as a test cares about. */
export interface Sketch {
  readonly metadata: { readonly name: string; readonly [key: string]: unknown }
  readonly [key: string]: unknown
}

/** Objects of a test as an API server would hand them out; what a test does not care about is filled in. */
export interface FakeApi extends ApiPort {
  /** Puts an object there. */
  put(plural: string, object: Sketch): void
  /** Takes an object away: a Pod that was deleted has ended. */
  take(plural: string, ref: ObjectRef): void
  /** Makes every call fail. */
  failWith(error: ApiError | undefined): void
}

/** Whether an object has the labels `a=b,c=d`. */
function isSelected({ metadata }: KubeObject, labelSelector = ''): boolean {
  const wanted = labelSelector.split(',').filter(Boolean)
  return wanted.every((term) => metadata.labels?.[term.split('=')[0] ?? ''] === term.split('=')[1])
}

/** A Pod that ends: it stays until it has. Not every node shortens the time that it got at first. */
function ended(pod: KubeObject, deletionGracePeriodSeconds: number): KubeObject {
  if (pod.metadata.deletionTimestamp !== undefined) return pod
  const ending = { deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds }
  return { ...pod, metadata: { ...pod.metadata, ...ending } }
}

/** What a Pod gets where nobody says how long. */
const wholeGraceSeconds = 3_600

/**
 * An API server in memory for the tests of commands: it keeps objects and honours names, namespaces, labels and `metadata.name=`
 * selectors. Pods that are deleted end when a test says so; those of a MediaNode that is deleted begin to, as Kubernetes' garbage collector has it.
 */
export function fakeApi(): FakeApi {
  const byKind = new Map<string, Map<string, KubeObject>>()
  let failure: ApiError | undefined
  let lastUid = 0

  const of = (plural: string): Map<string, KubeObject> => {
    const found = byKind.get(plural) ?? new Map<string, KubeObject>()
    byKind.set(plural, found)
    return found
  }

  function find<T extends KubeObject>(kind: KindRef<T>, ref: ObjectRef): T {
    if (failure) throw failure
    const object = of(kind.plural).get(keyOf(ref))
    if (!object) throw new ApiError('notFound', `${kind.plural} "${ref.name}" not found`, { status: 404 })
    return object as T
  }

  function put(plural: string, object: Sketch): KubeObject {
    const metadata = { uid: `uid-${++lastUid}`, resourceVersion: '1', generation: 1, ...object.metadata }
    const whole = { ...object, metadata } as unknown as KubeObject
    of(plural).set(keyOf(whole), whole)
    return whole
  }

  return {
    put,
    failWith: (error) => (failure = error),
    take: (plural, ref) => void of(plural).delete(keyOf(ref)),
    list(kind, { namespace, fieldSelector, labelSelector }) {
      if (failure) return Promise.reject(failure)
      const name = /(?:metadata|involvedObject)\.name=([^,]+)/.exec(fieldSelector ?? '')?.[1]
      const items = [...of(kind.plural).values()].filter(
        (object) =>
          (namespace === undefined || object.metadata.namespace === namespace) &&
          isSelected(object, labelSelector) &&
          (name === undefined ||
            (object as { involvedObject?: ObjectRef }).involvedObject?.name === name ||
            object.metadata.name === name),
      )
      return Promise.resolve({ items: items as never, resourceVersion: '1' })
    },
    get: async (kind, ref) => find(kind, ref),
    async create(kind, draft) {
      if (failure) throw failure
      const object = { ...draft, apiVersion: kind.apiVersion, kind: kind.kind } as unknown as KubeObject
      if (of(kind.plural).has(keyOf(object)))
        throw new ApiError('alreadyExists', `${kind.plural} "${object.metadata.name}" already exists`)
      return put(kind.plural, object as unknown as Sketch) as never
    },
    async mergePatch(kind, ref, { patch }) {
      const next = applyMergePatch(find(kind, ref), patch)
      of(kind.plural).set(keyOf(ref), next as KubeObject)
      return next as never
    },
    patchStatus: () => Promise.reject(new Error('commands never write status')),
    async delete(kind, ref, { uid, gracePeriodSeconds } = {}) {
      const object = find(kind, ref)
      if (uid !== undefined && uid !== object.metadata.uid) throw new ApiError('conflict', 'another uid', { status: 409 })
      if (kind.kind === 'Pod') return void of(kind.plural).set(keyOf(ref), ended(object, gracePeriodSeconds ?? wholeGraceSeconds))
      of(kind.plural).delete(keyOf(ref))
      const pod = of('pods').get(keyOf(ref))
      if (kind.kind === 'MediaNode' && pod !== undefined) of('pods').set(keyOf(ref), ended(pod, wholeGraceSeconds))
    },
    watch: () => {
      throw new Error('commands never watch')
    },
  }
}
