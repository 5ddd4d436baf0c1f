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

/** What a bound counts, where it is no number. */
const counted: Readonly<Record<string, string>> = { string: 'character', array: 'item', set: 'item', map: 'item' }

/** A bound as people read it: `10`, `1 item`, `4 characters`. */
function boundInWords(bound: number | bigint, origin: string): string {
  const what = counted[origin]
  return what === undefined ? String(bound) : `${bound} ${what}${Number(bound) === 1 ? '' : 's'}`
}

type Issue = z.core.$ZodIssue

/** A fault in words: the schema's own, where it has some, else ours instead of the library's. */
function faultIn(issue: Issue): string {
  const isOurs = !/^(Invalid input: expected|Invalid option: expected|Too small|Too big)/.test(issue.message)
  if (isOurs) return issue.message
  if (issue.code === 'too_small')
    return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${boundInWords(issue.minimum, issue.origin)}`
  if (issue.code === 'too_big')
    return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${boundInWords(issue.maximum, issue.origin)}`
  if (issue.message.endsWith('received undefined')) return 'is needed'
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`
  return issue.code === 'invalid_type' ? `must be of the type ${issue.expected}` : issue.message
}

/** The error for input that does not fit its schema: the first fault, with the field's path. It never repeats the value. */
export function invalidInput(error: z.ZodError, where: string): CodedError {
  const [issue] = error.issues
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1).map((key) => key.slice(0, keyAtMost)) : []
  const field = pathOf(where, [...(issue?.path ?? []), ...unknown])
  const why = unknown.length > 0 ? 'is not known here' : issue === undefined ? 'does not fit' : faultIn(issue)
  return commonErrors.raise.invalid({ what: `${field === '' ? 'input' : field}: ${why}` }, { field })
}

/** Checks a part of a request (`body`, `params`, `query`, `data`) against its schema; raises `invalid` with the path of the first fault. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.output<Schema> {
  const result = schema.safeParse(value)
  if (!result.success) throw invalidInput(result.error, where)
  return result.data
}
