/** Who made an object and takes it along when it goes. */
export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean | undefined
  readonly blockOwnerDeletion?: boolean | undefined
}

/** The metadata that the operator keeps of an object; `managedFields` and the like are dropped when it arrives. Times are RFC 3339. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string | undefined
  readonly uid: string
  /** A rising number within one kind (KEP-5504), as text of any length: compare it only with {@link isNewer}. */
  readonly resourceVersion: string
  /** Rises with each change of the spec. */
  readonly generation?: number | undefined
  readonly creationTimestamp?: string | undefined
  readonly deletionTimestamp?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly ownerReferences?: readonly OwnerReference[] | undefined
  readonly finalizers?: readonly string[] | undefined
}

/** Anything that the API server keeps. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

/** The metadata that a writer may give to a new object. */
export interface DraftMeta {
  readonly name?: string | undefined
  /** The server appends a random suffix; exclusive with `name`. A create by it is never repeated by the client. */
  readonly generateName?: string | undefined
  readonly namespace?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
  readonly ownerReferences?: readonly OwnerReference[] | undefined
  readonly finalizers?: readonly string[] | undefined
}

/**
 * How to address one kind. `Read` is what the server answers (defaults filled in), `Apply` what a writer may give (defaulted
 * fields optional). The two phantom members never hold a value; they carry the types along.
 */
export interface KindRef<Read extends KubeObject = KubeObject, Apply = unknown> {
  /** `v1` for the core group, else `group/version`. */
  readonly apiVersion: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** Picks what the operator reads of an object beside its metadata, for kinds that are kept by the hundred; absent keeps all. */
  readonly keep?: (raw: object) => object
  /** Whether a new object with a field that the server does not know is refused instead of made without it. */
  readonly strict?: true
  readonly read?: Read
  readonly apply?: Apply
}

/** Which object of a kind. `namespace` is absent for a kind without namespaces. */
export interface ObjectRef {
  readonly namespace?: string | undefined
  readonly name: string
}

/** A new object: what `Apply` allows, without what the server or the kind fills in. */
export type Draft<Apply> = Omit<Apply, 'apiVersion' | 'kind' | 'metadata' | 'status'> & { readonly metadata: DraftMeta }

/** A JSON merge patch (RFC 7396) of a `T`: null removes a member, a list is replaced whole. */
export type MergePatch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: MergePatch<T[Key]> | null | undefined }
    : T

/** A merge patch of an object: its metadata, its spec, but neither its identity nor its status. */
export type ObjectPatch<Apply> = MergePatch<Omit<Apply, 'apiVersion' | 'kind' | 'metadata' | 'status'>> & {
  readonly metadata?: MergePatch<Pick<DraftMeta, 'labels' | 'annotations' | 'ownerReferences' | 'finalizers'>>
}

/** What the status of a kind looks like. */
export type StatusOf<T extends KubeObject> = T extends { readonly status?: infer Status } ? NonNullable<Status> : object

/** Whether resourceVersion `a` is newer than `b`: decimal numbers of any length, compared without rounding. */
export function isNewer(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length
}

/** `namespace/name`, or `name` alone: how queues and stores name an object. */
export type ObjectKey = string

/** The key of an object or of a reference to one. */
export function keyOf(target: ObjectRef | KubeObject): ObjectKey {
  const { namespace, name } = 'metadata' in target ? target.metadata : target
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`
}

/** The path of a kind, a namespace of it, or one object, as the API server serves it. */
export function pathOf(
  kind: KindRef,
  at: { namespace?: string | undefined; name?: string; subresource?: 'status' } = {},
): string {
  const group = kind.apiVersion.includes('/') ? `/apis/${kind.apiVersion}` : `/api/${kind.apiVersion}`
  const scope = kind.namespaced && at.namespace ? `/namespaces/${encodeURIComponent(at.namespace)}` : ''
  const object = at.name === undefined ? '' : `/${encodeURIComponent(at.name)}`
  return `${group}${scope}/${kind.plural}${object}${at.subresource ? `/${at.subresource}` : ''}`
}
