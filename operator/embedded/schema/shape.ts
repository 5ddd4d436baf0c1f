import type { Schema } from '../../../crds/schema.ts'
import { isArray, isObject, objectOr, type Json, type JsonObject } from '../json.ts'

/** An object that fits its schema's shape: unknown fields are gone, defaults are filled in. */
export interface Shaped {
  readonly value: Json
  /** The paths of fields that were dropped since the schema does not know them, sorted. */
  readonly unknown: readonly string[]
}

/** What every object has and the schema does not describe. */
const rootFields = ['apiVersion', 'kind', 'metadata']

/**
 * Prunes unknown fields and fills in defaults, as an API server does on each write and read. Nulls count as absent (no schema of ours is
 * nullable). Values of a wrong type stay as they are; validation names them.
 */
export function shaped(schema: Schema, object: JsonObject): Shaped {
  const unknown: string[] = []
  const known = prune(schema, object, { path: '', root: true, unknown })
  return { value: known, unknown: unknown.toSorted() }
}

interface Place {
  readonly path: string
  readonly root: boolean
  readonly unknown: string[]
}

function pruneValue(schema: Schema, value: Json, place: Omit<Place, 'root'>): Json {
  if (schema.type === 'object' && isObject(value)) return prune(schema, value, { ...place, root: false })
  const { items } = schema
  if (schema.type === 'array' && items && isArray(value)) {
    return value.map((item, index) => pruneValue(items, item, { ...place, path: `${place.path}[${index}]` }))
  }
  return value
}

function prune(schema: Schema, object: JsonObject, place: Place): JsonObject {
  const kept = new Map(Object.entries(object).flatMap(([name, value]) => keptMember(schema, [name, value], place)))
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    if (part.default !== undefined && !kept.has(name)) kept.set(name, defaultOf(part))
  }
  return Object.fromEntries(kept)
}

/** What a schema says of a member; undefined where it knows none of that name. */
function partOf(schema: Schema, name: string): Schema | 'anything' | undefined {
  const { properties = {}, additionalProperties } = schema
  if (Object.hasOwn(properties, name)) return properties[name]
  return additionalProperties ?? (schema['x-kubernetes-preserve-unknown-fields'] ? 'anything' : undefined)
}

function keptMember(schema: Schema, [name, value]: [string, Json], { path, root, unknown }: Place): [string, Json][] {
  if (root && rootFields.includes(name)) return [[name, value]]
  const here = path === '' ? name : `${path}.${name}`
  const part = partOf(schema, name)
  if (part === 'anything') return [[name, value]]
  if (!part) unknown.push(here)
  return !part || value === null ? [] : [[name, pruneValue(part, value, { path: here, unknown })]]
}

/** A default, with the defaults of the fields inside it. */
function defaultOf(schema: Schema): Json {
  const value = structuredClone(schema.default) as Json
  return schema.type === 'object' ? prune(schema, objectOr(value), { path: '', root: false, unknown: [] }) : value
}
