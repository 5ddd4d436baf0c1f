import { failures } from '../failure.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import { asJson } from '../kubeObject.ts'
import type { Machine, Served } from '../machine.ts'
import { fieldErrors } from '../schema/fieldError.ts'
import type { Written } from './create.ts'
import { decode, parseJson } from './decode.ts'
import { jsonPatch, PatchConflict, patchStepsOf } from './jsonPatch.ts'
import { mergePatch } from './mergePatch.ts'
import type { WriteOptions } from './options.ts'
import { replace, required, type Target } from './update.ts'
import type { Writing } from './validate.ts'

/** Which patch a body is. */
export type PatchType = 'merge' | 'json'

const patchTypes: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
}

/** What a content type means; others are refused with what is accepted, in the real server's words. */
export function patchTypeOf(contentType: string): PatchType {
  const type = patchTypes[contentType]
  if (type) return type
  const why = `the body of the request was in an unknown format - accepted media types include: ${Object.keys(patchTypes).join(', ')}`
  const applying = contentType.startsWith('application/apply-patch') ? '; this API has no server-side apply' : ''
  throw failures.unsupportedMediaType(why + applying)
}

/** The document as a patch makes it. */
export function patched(document: JsonObject, { type, body }: { type: PatchType; body: string }): JsonObject {
  const value = parseJson(body, 'error decoding patch: ')
  const result = type === 'merge' ? merged(document, value) : stepped(document, value)
  if (!isObject(result)) throw failures.badRequest('error decoding patch: the result is not an object')
  return result
}

function merged(document: JsonObject, value: Json): Json {
  if (!isObject(value)) throw failures.badRequest('error decoding patch: a merge patch is an object')
  return mergePatch(document, value)
}

function stepped(document: JsonObject, value: Json): Json {
  const steps = patchStepsOf(value)
  if (!steps) throw failures.badRequest('error decoding patch: a JSON patch is a list of operations')
  try {
    return jsonPatch(document, steps)
  } catch (error) {
    if (error instanceof PatchConflict) throw failures.unprocessablePatch()
    throw error
  }
}

/** Changes an object, or its status, by a patch. A resourceVersion in the patch must be the object's. */
export function patch(
  machine: Machine,
  served: Served,
  request: { target: Target; part: Writing['part']; type: PatchType; body: string; options: WriteOptions },
): Written {
  const before = required(machine, served, request.target)
  const result = patched(asJson(before), request)
  if (typeof result['kind'] !== 'string') throw failures.badRequest("Object 'Kind' is missing")
  const refuse = (why: string): Error => failures.invalidPatch([fieldErrors.invalid('patch', JSON.stringify(result), why)])
  const { fieldValidation, dryRun } = request.options
  const { object: given, warnings } = decode(served.resource, result, { fieldValidation, refuse })
  const { target, part } = request
  return { object: replace(machine, served, { target, part, given, before, identity: 'immutable', dryRun }), warnings }
}
