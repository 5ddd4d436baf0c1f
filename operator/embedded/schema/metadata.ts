import { isArray, isObject, objectOr, typeName, type Json } from '../json.ts'
import type { Metadata } from '../kubeObject.ts'

/** What a field of ObjectMeta must be, and what Go calls that. */
interface FieldType {
  readonly go: string
  readonly fits: (value: Json) => boolean
}

const isText = (value: Json): boolean => typeof value === 'string'
const isTextMap = (value: Json): boolean => isObject(value) && Object.values(value).every(isText)
const text: FieldType = { go: 'string', fits: isText }
const time: FieldType = { go: 'Time', fits: isText }
const int64: FieldType = { go: 'int64', fits: Number.isInteger }
const textMap: FieldType = { go: 'map[string]string', fits: isTextMap }

const fields: Readonly<Record<string, FieldType>> = {
  name: text,
  generateName: text,
  namespace: text,
  selfLink: text,
  uid: { go: 'types.UID', fits: isText },
  resourceVersion: text,
  generation: int64,
  creationTimestamp: time,
  deletionTimestamp: time,
  deletionGracePeriodSeconds: int64,
  labels: textMap,
  annotations: textMap,
  finalizers: { go: '[]string', fits: (value) => isArray(value) && value.every(isText) },
  ownerReferences: { go: '[]v1.OwnerReference', fits: (value) => isArray(value) && value.every(isObject) },
  managedFields: { go: '[]v1.ManagedFieldsEntry', fits: isArray },
}

/** Fields that are read but not kept: this API tracks no field managers. */
const notKept: ReadonlySet<string> = new Set(['managedFields', 'selfLink'])

/** Empty values that Go leaves out when it writes an object. */
function isEmpty(value: Json): boolean {
  return value === '' || (isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0)
}

/** Reads metadata from a client. Unknown fields are named; a wrong type is refused by `refuse`. */
export function decodeMetadata(
  value: Json | undefined,
  refuse: (why: string) => Error,
): { metadata: Metadata; unknown: readonly string[] } {
  if (value !== undefined && value !== null && !isObject(value)) throw refuse(wrongType(value, 'value of type v1.ObjectMeta'))
  const object = objectOr(value)
  const unknown = Object.keys(object).filter((name) => !Object.hasOwn(fields, name))
  const kept = Object.entries(object).filter(([name, part]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (!field || part === null) return false
    if (!field.fits(part)) throw refuse(wrongType(wrongPart(field, part), `field ObjectMeta.${name} of type ${field.go}`))
    return !notKept.has(name) && !isEmpty(part)
  })
  return { metadata: Object.fromEntries(kept), unknown: unknown.map((name) => `metadata.${name}`).toSorted() }
}

/** The part of a value that does not fit: for a map or a list, the first wrong member. */
function wrongPart(field: FieldType, value: Json): Json {
  if (field.go.startsWith('map') && isObject(value)) return Object.values(value).find((part) => !isText(part)) ?? value
  if (field.go === '[]string' && isArray(value)) return value.find((part) => !isText(part)) ?? value
  return value
}

function wrongType(value: Json, where: string): string {
  const type = { integer: 'number', boolean: 'bool' }[typeName(value)] ?? typeName(value)
  return `json: cannot unmarshal ${type} into Go struct ${where}`
}
