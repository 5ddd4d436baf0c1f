import { failures } from '../failure.ts'
import { isObject, textOr, typeName, type Json, type JsonObject } from '../json.ts'
import type { KubeObject } from '../kubeObject.ts'
import { apiVersionOf, type Resource } from '../resource.ts'
import { decodeMetadata } from '../schema/metadata.ts'
import { shaped } from '../schema/shape.ts'
import { typedFault } from '../schema/typed.ts'
import type { FieldValidation } from './options.ts'

/** An object as a client sent it, brought into its shape. */
export interface Decoded {
  readonly object: KubeObject
  /** One sentence for each field that nobody knows and that was dropped, where the client wants to hear of it. */
  readonly warnings: readonly string[]
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
function parseObject(resource: Resource, text: string): JsonObject {
  const what = `the object provided is unrecognized (must be of type ${resource.kind}): `
  const value = parseJson(text, `${what}couldn't get version/kind; json parse error: `)
  if (!isObject(value))
    throw failures.badRequest(`${what}couldn't get version/kind; json parse error: it is of type ${typeName(value)}`)
  if (typeof value['kind'] !== 'string' || value['kind'] === '') throw failures.badRequest(`${what}Object 'Kind' is missing`)
  return value
}

/** What decoding should do about what it does not like. */
export interface DecodeOptions {
  readonly fieldValidation: FieldValidation
  /** The failure for what cannot be read at all, and, where the client is strict, for unknown fields. */
  readonly refuse: (why: string) => Error
}

/** Brings an object into its kind's shape: unknown fields out, defaults in. */
export function decode(resource: Resource, value: JsonObject, { fieldValidation, refuse }: DecodeOptions): Decoded {
  const expected = apiVersionOf(resource)
  const given = value['apiVersion']
  if (given !== expected) {
    throw failures.badRequest(
      `the API version in the data (${typeof given === 'string' ? given : ''}) does not match the expected API version (${expected})`,
    )
  }
  const { metadata, unknown: unknownMetadata } = decodeMetadata(value['metadata'], refuse)
  const { value: rest, unknown } = shaped(resource.schema, value)
  const fault = resource.builtin && typedFault(resource.schema, rest, resource.kind)
  if (fault !== undefined) throw refuse(fault)
  const sentences = [...unknownMetadata, ...unknown].map((path) => `unknown field ${JSON.stringify(path)}`)
  if (fieldValidation === 'Strict' && sentences.length > 0) throw refuse(`strict decoding error: ${sentences.join(', ')}`)
  const object = {
    ...(rest as JsonObject),
    apiVersion: expected,
    kind: textOr(value['kind']) ?? '',
    metadata,
  } as unknown as KubeObject
  return { object, warnings: fieldValidation === 'Warn' ? sentences : [] }
}

/** Decodes a body that is the whole object. */
export function decodeBody(resource: Resource, body: string, fieldValidation: FieldValidation): Decoded {
  const { kind, version } = resource
  const refuse = (why: string): Error =>
    failures.badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)
  return decode(resource, parseObject(resource, body), { fieldValidation, refuse })
}
