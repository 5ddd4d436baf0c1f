import type { Clock } from '../../kit/clock.ts'
import { ApiError } from './client/apiError.ts'
import type { Change, Preconditions, Selection } from './client/apiPort.ts'
import { applyMergePatch, sameJson } from './client/mergePatch.ts'
import { keyOf, type KindRef, type KubeObject, type ObjectRef } from './objects.ts'

/** One change of the store, with the kind it is of. */
export interface Announcement {
  readonly kind: KindRef
  readonly type: 'added' | 'modified' | 'deleted'
  readonly object: KubeObject
  /** What was there before; undefined where nothing was. */
  readonly before: KubeObject | undefined
}

/** What the fake API server keeps, with the rules of writing: versions rise, preconditions hold, a name is taken once. */
export interface FakeObjects {
  list(kind: KindRef, selection: Selection): readonly KubeObject[]
  get(kind: KindRef, ref: ObjectRef): KubeObject
  create(kind: KindRef, draft: object & { readonly metadata: object }): KubeObject
  patch(kind: KindRef, ref: ObjectRef, change: Change<unknown>): KubeObject
  /** Deletes an object. A Pod that has been scheduled stays, marked, until its kubelet lets it go by {@link FakeObjects.remove}. */
  delete(kind: KindRef, ref: ObjectRef, preconditions?: Preconditions): void
  /** Takes an object away, whatever keeps it. */
  remove(kind: KindRef, ref: ObjectRef): void
  /** Saves an object whatever is there. */
  put(kind: KindRef, object: KubeObject): KubeObject
  version(): number
  /** Lets the version rise without a change. */
  tick(): number
}

/** Whether an object is in a selection; label selectors are `a=b,c=d` only. */
export function selects({ namespace, labelSelector }: Selection, { metadata }: KubeObject): boolean {
  const labelled = (labelSelector ?? '').split(',').every((term) => {
    const [label = '', value] = term.split('=')
    return label === '' || metadata.labels?.[label] === value
  })
  return labelled && (namespace === undefined || metadata.namespace === namespace)
}

/** How long a Pod that runs somewhere may take to end; undefined for what ends at once. */
function graceOf(object: KubeObject): number | undefined {
  const { spec } = object as { spec?: { nodeName?: string; terminationGracePeriodSeconds?: number } }
  return object.kind === 'Pod' && spec?.nodeName !== undefined ? (spec.terminationGracePeriodSeconds ?? 30) : undefined
}

/** Makes an empty store that calls `announce` after each change. */
export function fakeObjects(clock: Clock, announce: (change: Announcement) => void): FakeObjects {
  const byKind = new Map<string, Map<string, KubeObject>>()
  let version = 0
  let uids = 0

  function held(kind: KindRef): Map<string, KubeObject> {
    const objects = byKind.get(kind.kind) ?? new Map<string, KubeObject>()
    byKind.set(kind.kind, objects)
    return objects
  }

  function save(kind: KindRef, object: KubeObject): KubeObject {
    const before = held(kind).get(keyOf(object))
    const type = before === undefined ? 'added' : 'modified'
    const saved = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } }
    held(kind).set(keyOf(saved), saved)
    announce({ kind, type, object: saved, before })
    return saved
  }

  function existing(kind: KindRef, ref: ObjectRef, preconditions: Preconditions = {}): KubeObject {
    const object = held(kind).get(keyOf(ref))
    if (!object) throw new ApiError('notFound', `${kind.plural} "${ref.name}" not found`, { status: 404 })
    const { uid, resourceVersion } = object.metadata
    if ((preconditions.uid ?? uid) !== uid || (preconditions.resourceVersion ?? resourceVersion) !== resourceVersion)
      throw new ApiError('conflict', `${kind.plural} "${ref.name}" has changed`, { status: 409 })
    return object
  }

  function remove(kind: KindRef, object: KubeObject): void {
    held(kind).delete(keyOf(object))
    const gone = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } }
    announce({ kind, type: 'deleted', object: gone, before: object })
  }

  return {
    list: (kind, selection) => [...held(kind).values()].filter((object) => selects(selection, object)),
    get: (kind, ref) => existing(kind, ref),
    create(kind, draft) {
      const metadata = { ...draft.metadata, uid: `uid-${++uids}`, creationTimestamp: new Date(clock.nowMs()).toISOString() }
      const object = { ...draft, apiVersion: kind.apiVersion, kind: kind.kind, metadata } as unknown as KubeObject
      if (held(kind).has(keyOf(object))) throw new ApiError('alreadyExists', `"${keyOf(object)}" already exists`, { status: 409 })
      return save(kind, object)
    },
    patch(kind, ref, change) {
      const object = existing(kind, ref, change)
      const changed = applyMergePatch(object, change.patch) as KubeObject
      return sameJson(object, changed) ? object : save(kind, changed)
    },
    delete(kind, ref, preconditions) {
      const object = existing(kind, ref, preconditions)
      const graceSeconds = graceOf(object)
      if (graceSeconds === undefined) return remove(kind, object)
      if (object.metadata.deletionTimestamp !== undefined) return
      const deletionTimestamp = new Date(clock.nowMs() + graceSeconds * 1_000).toISOString()
      save(kind, { ...object, metadata: { ...object.metadata, deletionTimestamp } })
    },
    remove: (kind, ref) => remove(kind, existing(kind, ref)),
    put(kind, object) {
      const uid = object.metadata.uid ?? held(kind).get(keyOf(object))?.metadata.uid ?? `uid-${++uids}`
      return save(kind, { ...object, apiVersion: kind.apiVersion, kind: kind.kind, metadata: { ...object.metadata, uid } })
    },
    version: () => version,
    tick: () => ++version,
  }
}
