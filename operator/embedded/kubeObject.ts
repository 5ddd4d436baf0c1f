import type { Json, JsonObject } from './json.ts'

/** Metadata as this API keeps it. Unlike the types of our own kinds it says nothing about what must be there. */
export type Metadata = {
  readonly name?: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly JsonObject[]
}

/** Any object of the API. Objects are never changed in place: a change is another object. */
export type KubeObject = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
} & { readonly [field: string]: Json | Metadata }

/** The same object for functions that know JSON only. */
export function asJson(object: KubeObject): JsonObject {
  return object
}

const texts = new WeakMap<KubeObject, string>()

/** The object as JSON text. It is made once, however many lists and watches send it. */
export function textOf(object: KubeObject): string {
  const known = texts.get(object)
  if (known !== undefined) return known
  const text = JSON.stringify(object)
  texts.set(object, text)
  return text
}

/** The object with some of its metadata replaced; undefined removes. */
export function withMetadata(
  object: KubeObject,
  change: { readonly [Key in keyof Metadata]?: Metadata[Key] | undefined },
): KubeObject {
  const entries = Object.entries({ ...object.metadata, ...change }).filter(([, value]) => value !== undefined)
  return { ...object, metadata: Object.fromEntries(entries) }
}
