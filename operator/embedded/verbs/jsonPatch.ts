import { isArray, isObject, sameJson, type Json, type JsonObject } from '../json.ts'

/** One step of a JSON patch (RFC 6902). */
export interface PatchStep {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  readonly path: readonly string[]
  readonly from?: readonly string[]
  readonly value?: Json
}

/** A step that cannot be done on this document. */
export class PatchConflict extends Error {
  override readonly name = 'PatchConflict'
}

const operations: ReadonlySet<Json | undefined> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test'])

/** The steps of a JSON pointer (RFC 6901); undefined where it is none. */
function pointerOf(text: Json | undefined): readonly string[] | undefined {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/'))) return undefined
  return text
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Reads a patch; undefined where it is none. */
export function patchStepsOf(patch: Json): readonly PatchStep[] | undefined {
  if (!isArray(patch)) return undefined
  const steps = patch.map(stepOf)
  return steps.every((step) => step !== undefined) ? steps : undefined
}

function stepOf(step: Json): PatchStep | undefined {
  if (!isObject(step) || !operations.has(step['op'])) return undefined
  const path = pointerOf(step['path'])
  const from = pointerOf(step['from'])
  const op = step['op'] as PatchStep['op']
  if (!path || ((op === 'move' || op === 'copy') && !from)) return undefined
  return { op, path, ...(from && { from }), ...(step['value'] !== undefined && { value: step['value'] }) }
}

/** Applies a JSON patch; throws {@link PatchConflict} where a step cannot be done, and then nothing is done. */
export function jsonPatch(document: Json, steps: readonly PatchStep[]): Json {
  return steps.reduce(applyStep, document)
}

function applyStep(document: Json, step: PatchStep): Json {
  const { path, value = null, from = [] } = step
  switch (step.op) {
    case 'add':
      return changed(document, path, { insert: value })
    case 'replace':
      read(document, path)
      return changed(document, path, { put: value })
    case 'remove':
      return changed(document, path, { remove: true })
    case 'copy':
      return changed(document, path, { insert: read(document, from) })
    case 'move':
      return changed(changed(document, from, { remove: true }), path, { insert: read(document, from) })
    case 'test':
      if (!sameJson(read(document, path), value)) throw new PatchConflict('a tested value is another')
      return document
  }
}

function read(document: Json, path: readonly string[]): Json {
  let found: Json | undefined = document
  for (const step of path) {
    if (isArray(found)) found = found[indexOf(step, found.length - 1)]
    else found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined
    if (found === undefined) throw new PatchConflict('a path does not exist')
  }
  return found
}

function indexOf(step: string, last: number): number {
  const index = /^(0|[1-9]\d{0,8})$/.test(step) ? Number(step) : -1
  if (index < 0 || index > last) throw new PatchConflict('a list has no such index')
  return index
}

type Edit = { readonly insert: Json } | { readonly put: Json } | { readonly remove: true }

/** The document with one edit at a path, copied where it changes. */
function changed(document: Json, path: readonly string[], edit: Edit): Json {
  const [first, ...rest] = path
  if (first === undefined) return 'insert' in edit ? edit.insert : 'put' in edit ? edit.put : null
  if (isArray(document)) return changedList(document, { first, rest }, edit)
  if (!isObject(document)) throw new PatchConflict('a path leads through a value')
  return changedObject(document, { first, rest }, edit)
}

function changedList(list: readonly Json[], { first, rest }: { first: string; rest: readonly string[] }, edit: Edit): Json {
  if (rest.length === 0 && 'insert' in edit)
    return list.toSpliced(first === '-' ? list.length : indexOf(first, list.length), 0, edit.insert)
  const index = indexOf(first, list.length - 1)
  if (rest.length === 0 && 'remove' in edit) return list.toSpliced(index, 1)
  return list.with(index, changed(list[index] ?? null, rest, edit))
}

function changedObject(object: JsonObject, { first, rest }: { first: string; rest: readonly string[] }, edit: Edit): Json {
  const members = new Map(Object.entries(object))
  const inner = members.get(first)
  if (inner === undefined && (rest.length > 0 || 'remove' in edit)) throw new PatchConflict('a path does not exist')
  if (rest.length === 0 && 'remove' in edit) members.delete(first)
  else members.set(first, changed(inner ?? null, rest, edit))
  return Object.fromEntries(members)
}
