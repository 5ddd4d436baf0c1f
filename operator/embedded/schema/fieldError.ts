import type { Json } from '../json.ts'

/** One fault of an object's field, as Kubernetes' field errors say it. */
export interface FieldError {
  /** As a path: `spec.pools[1]`; `<nil>` where it is about the whole. */
  readonly field: string
  readonly reason:
    | 'FieldValueInvalid'
    | 'FieldValueTypeInvalid'
    | 'FieldValueRequired'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate'
    | 'FieldValueForbidden'
    | 'FieldValueTooLong'
    | 'FieldValueTooMany'
  readonly message: string
}

/** The constructors of field errors; `value` is shown as JSON. */
export const fieldErrors = {
  invalid: (field: string, value: Json, why: string): FieldError => ({
    field,
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  }),
  typeInvalid: (field: string, value: Json, why: string): FieldError => ({
    field,
    reason: 'FieldValueTypeInvalid',
    message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  }),
  required: (field: string, why?: string): FieldError => ({
    field,
    reason: 'FieldValueRequired',
    message: why === undefined ? 'Required value' : `Required value: ${why}`,
  }),
  notSupported: (field: string, value: Json, supported: readonly string[]): FieldError => ({
    field,
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((text) => `"${text}"`).join(', ')}`,
  }),
  duplicate: (field: string, value: Json): FieldError => ({
    field,
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${JSON.stringify(value)}`,
  }),
  forbidden: (field: string, why: string): FieldError => ({ field, reason: 'FieldValueForbidden', message: `Forbidden: ${why}` }),
  tooLong: (field: string, limit: number): FieldError => ({
    field,
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${limit} bytes`,
  }),
  tooMany: (field: string, count: number, limit: number): FieldError => ({
    field,
    reason: 'FieldValueTooMany',
    message: `Too many: ${count}: must have at most ${limit} items`,
  }),
}

/** Faults after which CEL rules are not run: they would see what they were not made for. */
const blocking: ReadonlySet<FieldError['reason']> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
] as const)

/** Whether CEL rules must not run on an object with these faults. */
export function blocksRules(errors: readonly FieldError[]): boolean {
  return errors.some(({ reason }) => blocking.has(reason))
}

/** Says that CEL rules did not run. */
export const rulesNotChecked: FieldError = fieldErrors.invalid(
  '<nil>',
  null,
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
)
