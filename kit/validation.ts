import type { z } from 'zod'

import { commonErrors, type CodedError } from './errors.ts'

/** A path as people write it: `data.codecs[0].mimeType`. */
function pathOf(where: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (so, key) => (typeof key === 'number' ? `${so}[${key}]` : so === '' ? String(key) : `${so}.${String(key)}`),
    where,
  )
}

/** So much of a key that nobody knows is said again. */
const keyAtMost = 64

/** The error for input that does not fit its schema: the first fault, with the field's path. It never repeats the value. */
export function invalidInput(error: z.ZodError, where: string): CodedError {
  const [issue] = error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1).map((key) => key.slice(0, keyAtMost)) : []
  const field = pathOf(where, [...(issue?.path ?? []), ...unknown])
  const why = unknown.length > 0 ? 'is not known here' : (issue?.message ?? 'does not fit')
  return commonErrors.raise.invalid({ what: `${field === '' ? 'input' : field}: ${why}` }, { field })
}

/** Checks a part of a request (`body`, `params`, `query`, `data`) against its schema; raises `invalid` with the path of the first fault. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.output<Schema> {
  const result = schema.safeParse(value)
  if (!result.success) throw invalidInput(result.error, where)
  return result.data
}
