import type { Schema } from '../../../crds/schema.ts'
import { isArray, isObject, typeName, type Json, type JsonObject } from '../json.ts'
import { fieldErrors, type FieldError } from './fieldError.ts'

/** Where a value stands. */
interface Place {
  /** Path from the object: `status.load`. */
  readonly field: string
  /** Path that the message names: from what was validated, which for the status subresource is `status`. */
  readonly shown: string
}

function inside(place: Place, step: string): Place {
  const join = (path: string): string => (path === '' ? step : `${path}${step.startsWith('[') ? '' : '.'}${step}`)
  return { field: join(place.field), shown: join(place.shown) }
}

/** Checks types, bounds, patterns, enums and required fields of what stands at `field` (empty: the whole object). */
export function validateSchema(schema: Schema, value: Json, field: string): FieldError[] {
  return [...validateValue(schema, value, { field, shown: '' })]
}

function* validateValue(schema: Schema, value: Json, place: Place): Generator<FieldError> {
  const type = typeName(value)
  if (type !== schema.type) {
    yield fieldErrors.typeInvalid(place.field, type, `${place.shown} in body must be of type ${schema.type}: "${type}"`)
  } else if (typeof value === 'string') yield* validateText(schema, value, place)
  else if (typeof value === 'number') yield* validateNumber(schema, value, place)
  else if (isArray(value)) yield* validateList(schema, value, place)
  else if (isObject(value)) yield* validateObject(schema, value, place)
}

/** Patterns of our definitions are in the syntax that RE2 and JavaScript share. */
const patterns = new Map<string, RegExp>()

function fits(pattern: string, text: string): boolean {
  const known = patterns.get(pattern) ?? new RegExp(pattern, 'u')
  patterns.set(pattern, known)
  return known.test(text)
}

/** RFC 3339, as `date-time` of OpenAPI. */
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i

function* validateText(schema: Schema, value: string, place: Place): Generator<FieldError> {
  const { field, shown } = place
  const length = [...value].length
  if (schema.maxLength !== undefined && length > schema.maxLength) yield fieldErrors.tooLong(field, schema.maxLength)
  if (schema.minLength !== undefined && length < schema.minLength)
    yield fieldErrors.invalid(field, value, `${shown} in body should be at least ${schema.minLength} chars long`)
  yield* validateSyntax(schema, value, place)
}

function* validateSyntax(schema: Schema, value: string, { field, shown }: Place): Generator<FieldError> {
  if (schema.pattern !== undefined && !fits(schema.pattern, value))
    yield fieldErrors.invalid(field, value, `${shown} in body should match '${schema.pattern}'`)
  if (schema.enum && !schema.enum.includes(value)) yield fieldErrors.notSupported(field, value, schema.enum)
  if (schema.format === 'date-time' && !(dateTime.test(value) && Number.isFinite(Date.parse(value))))
    yield fieldErrors.typeInvalid(field, value, `${shown} in body must be of type date-time: ${JSON.stringify(value)}`)
}

function* validateNumber(schema: Schema, value: number, { field, shown }: Place): Generator<FieldError> {
  if (schema.minimum !== undefined && value < schema.minimum)
    yield fieldErrors.invalid(field, value, `${shown} in body should be greater than or equal to ${schema.minimum}`)
  if (schema.maximum !== undefined && value > schema.maximum)
    yield fieldErrors.invalid(field, value, `${shown} in body should be less than or equal to ${schema.maximum}`)
}

function* validateList(schema: Schema, value: readonly Json[], place: Place): Generator<FieldError> {
  if (schema.minItems !== undefined && value.length < schema.minItems)
    yield fieldErrors.invalid(place.field, value.length, `${place.shown} in body should have at least ${schema.minItems} items`)
  if (schema.maxItems !== undefined && value.length > schema.maxItems)
    yield fieldErrors.tooMany(place.field, value.length, schema.maxItems)
  for (const [index, item] of value.entries()) {
    if (schema.items) yield* validateValue(schema.items, item, inside(place, `[${index}]`))
  }
}

function* validateObject(schema: Schema, value: JsonObject, place: Place): Generator<FieldError> {
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) yield fieldErrors.required(inside(place, name).field)
  }
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    const inner = value[name]
    if (inner !== undefined) yield* validateValue(part, inner, inside(place, name))
  }
  yield* validateMap(schema, value, place)
}

function* validateMap({ additionalProperties, maxProperties }: Schema, value: JsonObject, place: Place): Generator<FieldError> {
  const entries = Object.entries(value)
  if (maxProperties !== undefined && entries.length > maxProperties)
    yield fieldErrors.tooMany(place.field, entries.length, maxProperties)
  if (additionalProperties === undefined) return
  for (const [name, inner] of entries) yield* validateValue(additionalProperties, inner, inside(place, name))
}

/** Checks that lists declared as sets or maps hold nothing twice. */
export function validateLists(schema: Schema, value: Json, field = ''): FieldError[] {
  if (schema.type === 'object' && isObject(value)) {
    return Object.entries(schema.properties ?? {}).flatMap(([name, part]) => {
      const inner = value[name]
      return inner === undefined ? [] : validateLists(part, inner, field === '' ? name : `${field}.${name}`)
    })
  }
  const { items } = schema
  if (schema.type !== 'array' || !items || !isArray(value)) return []
  return [
    ...duplicates(schema, value, field),
    ...value.flatMap((item, index) => validateLists(items, item, `${field}[${index}]`)),
  ]
}

function duplicates(schema: Schema, list: readonly Json[], field: string): FieldError[] {
  const listType = schema['x-kubernetes-list-type'] ?? 'atomic'
  if (listType === 'atomic') return []
  const seen = new Set<string>()
  return list.flatMap((item, index) => {
    const identity = listType === 'set' ? item : keyOf(schema, item)
    const text = JSON.stringify(identity)
    if (seen.has(text)) return [fieldErrors.duplicate(`${field}[${index}]`, identity)]
    seen.add(text)
    return []
  })
}

/** The key of an item of a list that is a map. */
export function keyOf(schema: Schema, item: Json): JsonObject {
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return Object.fromEntries(keys.map((key) => [key, isObject(item) ? (item[key] ?? null) : null]))
}
