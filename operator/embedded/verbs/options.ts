import { failures } from '../failure.ts'
import { fieldErrors } from '../schema/fieldError.ts'

/** What unknown fields of a body lead to. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Query parameters of a write. */
export interface WriteOptions {
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
}

/** Which write is meant: its name in messages. */
export type WriteKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions'

const fieldValidations = ['', 'Ignore', 'Strict', 'Warn'] as const

/** Reads `dryRun` and `fieldValidation`. */
export function writeOptionsOf(kind: WriteKind, query: URLSearchParams): WriteOptions {
  const dryRun = query.getAll('dryRun').filter((value) => value !== '')
  const wrong = dryRun.find((value) => value !== 'All')
  if (wrong !== undefined) throw failures.invalidOptions(kind, [fieldErrors.notSupported('dryRun', [wrong], ['All'])])
  const asked = query.get('fieldValidation') ?? ''
  const fieldValidation = fieldValidations.find((value) => value === asked)
  if (fieldValidation === undefined)
    throw failures.invalidOptions(kind, [fieldErrors.notSupported('fieldValidation', asked, fieldValidations)])
  return { dryRun: dryRun.length > 0, fieldValidation: fieldValidation === '' ? 'Warn' : fieldValidation }
}

/** A whole number in the query; undefined where it is absent. */
export function integerOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^-?\d{1,15}$/.test(text)) throw failures.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** A switch in the query: anything but these says yes, as in the real server. */
export function flagOf(query: URLSearchParams, name: string): boolean {
  const text = query.get(name)
  return text !== null && !['false', '0', ''].includes(text.toLowerCase())
}

/** A resourceVersion in the query; undefined where it is absent. */
export function revisionOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion')
  if (text === null || text === '') return undefined
  if (!/^\d{1,15}$/.test(text)) {
    const error = fieldErrors.invalid(
      'resourceVersion',
      text,
      `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    )
    throw failures.badRequest(`invalid resource version: ${error.field}: ${error.message}`)
  }
  return Number(text)
}
