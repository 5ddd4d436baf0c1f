import type { JsonObject } from './json.ts'
import { qualifiedKind, qualifiedPlural, type Resource } from './resource.ts'
import type { FieldError } from './schema/fieldError.ts'

/** Why a request failed, as Kubernetes says it (`Status`, reason and code belong together). */
export interface Failing {
  readonly code: number
  /** Empty where Kubernetes gives none. */
  readonly reason?: string
  readonly message: string
  readonly details?: JsonObject
}

/** A refusal that the client is told, as a `Status` object. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly failing: Failing

  constructor(failing: Failing) {
    super(failing.message)
    this.failing = failing
  }
}

/** The `Status` object of a failure. */
export function statusOf({ code, reason, message, details }: Failing): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== undefined && { reason }),
    ...(details !== undefined && { details }),
    code,
  }
}

function detailsOf(resource: Resource, name: string, kind: string): JsonObject {
  return { ...(name !== '' && { name }), ...(resource.group !== '' && { group: resource.group }), kind }
}

/** `a`, or `[a, b]`: how Kubernetes joins several faults. */
function joined(messages: readonly string[]): string {
  return messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(', ')}]`
}

/** An object whose fields are wrong. `kind` is what the message calls it. */
function invalidObject(of: { what: string; details: JsonObject; name: string }, errors: readonly FieldError[]): Failure {
  return new Failure({
    code: 422,
    reason: 'Invalid',
    message: `${of.what} "${of.name}" is invalid: ${joined(errors.map(({ field, message }) => `${field}: ${message}`))}`,
    details: { ...of.details, causes: errors.map(({ field, message, reason }) => ({ reason, message, field })) },
  })
}

/** Every failure that this API answers with, in the words of the real one. */
export const failures = {
  badRequest: (message: string): Failure => new Failure({ code: 400, reason: 'BadRequest', message }),
  unauthorized: (): Failure => new Failure({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' }),
  forbidden: (message: string): Failure => new Failure({ code: 403, reason: 'Forbidden', message }),
  noSuchPath: (): Failure =>
    new Failure({ code: 404, reason: 'NotFound', message: 'the server could not find the requested resource', details: {} }),
  notFound: (resource: Resource, name: string): Failure =>
    new Failure({
      code: 404,
      reason: 'NotFound',
      message: `${qualifiedPlural(resource)} "${name}" not found`,
      details: detailsOf(resource, name, resource.plural),
    }),
  methodNotAllowed: (resource: Resource, verb: string): Failure =>
    new Failure({
      code: 405,
      reason: 'MethodNotAllowed',
      message: `${verb} is not supported on resources of kind "${qualifiedPlural(resource)}"`,
      details: detailsOf(resource, '', resource.plural),
    }),
  notAcceptable: (accepted: string): Failure =>
    new Failure({
      code: 406,
      reason: 'NotAcceptable',
      message: `only the following media types are accepted: ${accepted}`,
    }),
  alreadyExists: (resource: Resource, name: string): Failure =>
    new Failure({
      code: 409,
      reason: 'AlreadyExists',
      message: `${qualifiedPlural(resource)} "${name}" already exists`,
      details: detailsOf(resource, name, resource.plural),
    }),
  conflict: (resource: Resource, name: string, why: string): Failure =>
    new Failure({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on ${qualifiedPlural(resource)} "${name}": ${why}`,
      details: detailsOf(resource, name, resource.plural),
    }),
  preconditionFailed: (resource: Resource, name: string, why: string): Failure =>
    new Failure({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on ${qualifiedKind(resource)} "${name}": ${why}`,
      details: detailsOf(resource, name, resource.kind),
    }),
  /** Of a list. */
  expired: (message: string): Failure => new Failure({ code: 410, reason: 'Expired', message }),
  tooLarge: (limitBytes: number): Failure =>
    new Failure({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: `Request entity too large: limit is ${limitBytes}`,
    }),
  unsupportedMediaType: (message: string): Failure => new Failure({ code: 415, reason: 'UnsupportedMediaType', message }),
  invalid: (resource: Resource, name: string, errors: readonly FieldError[]): Failure =>
    invalidObject({ what: qualifiedKind(resource), details: detailsOf(resource, name, resource.kind), name }, errors),
  /** Faults that are found before the object is looked at as one of its kind. */
  invalidRequest: (resource: Resource, name: string, errors: readonly FieldError[]): Failure =>
    invalidObject({ what: qualifiedPlural(resource), details: detailsOf(resource, name, resource.plural), name }, errors),
  /** Faults of query parameters; `kind` is ListOptions, CreateOptions and so on. */
  invalidOptions: (kind: string, errors: readonly FieldError[]): Failure =>
    invalidObject({ what: `${kind}.meta.k8s.io`, details: { group: 'meta.k8s.io', kind }, name: '' }, errors),
  /** Faults of a patch whose result cannot be decoded. */
  invalidPatch: (errors: readonly FieldError[]): Failure => invalidObject({ what: '', details: {}, name: '' }, errors),
  unprocessablePatch: (): Failure =>
    new Failure({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
      details: {},
    }),
  /** What the real server says without any reason. */
  plain: (message: string): Failure => new Failure({ code: 500, message }),
  internal: (message: string): Failure =>
    new Failure({
      code: 500,
      reason: 'InternalError',
      message: `Internal error occurred: ${message}`,
      details: { causes: [{ message }] },
    }),
  revisionTooLarge: (asked: number, current: number): Failure =>
    new Failure({
      code: 504,
      reason: 'Timeout',
      message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    }),
}
