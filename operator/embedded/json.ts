/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** Whether a value is a JSON object: neither null nor an array. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a value is a JSON array. `Array.isArray` alone forgets the element type. */
export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** The object where the value is one, else an empty one. */
export function objectOr(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

/** The text where the value is one. */
export function textOr(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The object without some of its properties. */
export function without<T extends object, Name extends keyof T>(object: T, ...names: readonly Name[]): Omit<T, Name> {
  const copy = { ...object }
  for (const name of names) delete copy[name]
  return copy
}

/** What stands at a path of property names; undefined where any of them is missing. */
export function at(value: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  let found = value
  for (const step of path) {
    if (typeof step === 'number') found = isArray(found) ? found[step] : undefined
    else found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined
  }
  return found
}

/** The object with a value at a path, copied where it changes; undefined removes. */
export function withAt(object: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [first, ...rest] = path
  if (first === undefined) return object
  const inner = rest.length === 0 ? value : withAt(objectOr(object[first]), rest, value)
  const entries = Object.entries(object).filter(([name]) => name !== first)
  return Object.fromEntries(inner === undefined ? entries : [...entries, [first, inner]])
}

/** Equality of JSON values; the order of properties does not count. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((value, index) => sameJson(value, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]))
}

/** The name that JSON Schema gives to the type of a value. */
export function typeName(value: Json): string {
  if (value === null) return 'null'
  if (isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}
