import { ApiError } from '../../operator/kube/apiError.ts'
import type { ApiPort } from '../../operator/kube/apiPort.ts'
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
  /** Makes every call fail. */
  failWith(error: ApiError | undefined): void
}

/** An API server in memory for the tests of commands: it keeps objects and honours names, namespaces and `metadata.name=` selectors. */
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
    list(kind, { namespace, fieldSelector }) {
      if (failure) return Promise.reject(failure)
      const name = /(?:metadata|involvedObject)\.name=([^,]+)/.exec(fieldSelector ?? '')?.[1]
      const items = [...of(kind.plural).values()].filter(
        (object) =>
          (namespace === undefined || object.metadata.namespace === namespace) &&
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
      const object = find(kind, ref) as KubeObject & { spec?: object }
      const next = { ...object, spec: { ...object.spec, ...(patch as { spec?: object }).spec } }
      of(kind.plural).set(keyOf(ref), next)
      return next as never
    },
    patchStatus: () => Promise.reject(new Error('commands never write status')),
    delete: () => Promise.reject(new Error('commands never delete')),
    watch: () => {
      throw new Error('commands never watch')
    },
  }
}
