import { failures } from '../failure.ts'
import { isObject, textOr, typeName, type Json, type JsonObject } from '../json.ts'
import type { KubeObject } from '../kubeObject.ts'
import { apiVersionOf, type Resource } from '../resource.ts'
import { decodeMetadata } from '../schema/metadata.ts'
import { shaped } from '../schema/shape.ts'

/** An object as a client sent it, brought into its shape. */
export interface Decoded {
  readonly object: KubeObject
  /** Paths of fields that nobody knows and that were dropped. */
  readonly unknown: readonly string[]
}

/** Parses a body as JSON; `what` is the sentence before the fault. */
export function parseJson(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (error) {
    // V8 repeats a part of the input after a comma; what was wrong stands before it.
    const [why] = (error instanceof Error ? error.message : '').split(',')
    throw failures.badRequest(`${what}${text === '' ? 'unexpected end of JSON input' : why}`)
  }
}

/** Parses a body that must be an object of this kind. */
export function parseObject(resource: Resource, text: string): JsonObject {
  const what = `the object provided is unrecognized (must be of type ${resource.kind}): `
  const value = parseJson(text, `${what}couldn't get version/kind; json parse error: `)
  if (!isObject(value))
    throw failures.badRequest(`${what}couldn't get version/kind; json parse error: it is of type ${typeName(value)}`)
  if (typeof value['kind'] !== 'string' || value['kind'] === '') throw failures.badRequest(`${what}Object 'Kind' is missing`)
  return value
}

/** Brings an object into its kind's shape: unknown fields out, defaults in. */
export function decode(resource: Resource, value: JsonObject): Decoded {
  const expected = apiVersionOf(resource)
  const given = value['apiVersion']
  if (given !== expected) {
    throw failures.badRequest(
      `the API version in the data (${typeof given === 'string' ? given : ''}) does not match the expected API version (${expected})`,
    )
  }
  const { metadata, unknown: unknownMetadata } = decodeMetadata(resource, value['metadata'])
  const { value: rest, unknown } = shaped(resource.schema, value)
  const object = {
    ...(rest as JsonObject),
    apiVersion: expected,
    kind: textOr(value['kind']) ?? '',
    metadata,
  } as unknown as KubeObject
  return { object, unknown: [...unknownMetadata, ...unknown] }
}

/** The sentences about unknown fields. */
export function unknownFields(unknown: readonly string[]): readonly string[] {
  return unknown.map((path) => `unknown field ${JSON.stringify(path)}`)
}

/** Refuses unknown fields of a body. */
export function strictDecodingError(resource: Resource, unknown: readonly string[]): Error {
  return failures.badRequest(
    `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: strict decoding error: ` +
      unknownFields(unknown).join(', '),
  )
}
