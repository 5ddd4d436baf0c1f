import type { Schema } from '../../../crds/schema.ts'
import { isArray, isObject, typeName, type Json } from '../json.ts'

/** Go's reference layouts of `metav1.Time` and `metav1.MicroTime`, with the texts that they accept. */
const times: Readonly<Record<string, { readonly layout: string; readonly syntax: RegExp }>> = {
  'date-time': {
    layout: '2006-01-02T15:04:05Z07:00',
    syntax: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  },
  'micro-time': {
    layout: '2006-01-02T15:04:05.000000Z07:00',
    syntax: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/,
  },
}

/**
 * Why a value cannot be read into the Go type that a kind of Kubernetes itself has; undefined when it can. Such kinds are decoded
 * before they are validated, so the first fault is all that is told.
 */
export function typedFault(schema: Schema, value: Json, path: string): string | undefined {
  const type = typeName(value)
  if (type !== schema.type) return wrongType(schema, type, path)
  const time = times[schema.format ?? '']
  if (time && typeof value === 'string' && !(time.syntax.test(value) && Number.isFinite(Date.parse(value))))
    return `parsing time ${JSON.stringify(value)} as "${time.layout}"`
  return isArray(value) || isObject(value) ? partsFault(schema, value, path) : undefined
}

function wrongType(schema: Schema, type: string, path: string): string {
  const given = { integer: 'number', boolean: 'bool' }[type] ?? type
  return `json: cannot unmarshal ${given} into Go struct field ${path} of type ${schema.format ?? schema.type}`
}

function partsFault(
  schema: Schema,
  value: readonly Json[] | { readonly [name: string]: Json },
  path: string,
): string | undefined {
  const parts: readonly (readonly [Schema | undefined, Json | undefined, string])[] = isArray(value)
    ? value.map((item) => [schema.items, item, path] as const)
    : Object.entries(schema.properties ?? {}).map(([name, part]) => [part, value[name], `${path}.${name}`] as const)
  for (const [part, inner, where] of parts) {
    const fault = part && inner !== undefined ? typedFault(part, inner, where) : undefined
    if (fault !== undefined) return fault
  }
  return undefined
}
