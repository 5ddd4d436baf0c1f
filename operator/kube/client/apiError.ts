/**
 * Why the API server did not do what it was asked.
 *
 * | reason           | from                                            | what the caller does                       |
 * | ---------------- | ----------------------------------------------- | ------------------------------------------ |
 * | conflict         | 409: resourceVersion or uid did not fit         | read, decide again                         |
 * | alreadyExists    | 409 on create                                   | read, decide again                         |
 * | notFound         | 404                                             | it is gone                                 |
 * | gone             | 410: resourceVersion or continue token too old  | list again                                 |
 * | invalid          | other 4xx, 422 above all                        | terminal: a person has to change something |
 * | unauthorized     | 401                                             | retry slowly; credentials rotate           |
 * | forbidden        | 403                                             | terminal until somebody changes the RBAC   |
 * | tooManyRequests  | 429                                             | retry after `retryAfterMs`                 |
 * | timeout          | no answer in time, or 504                       | retry; a write is ambiguous                |
 * | unavailable      | other 5xx                                       | retry; a write is ambiguous                |
 * | network          | refused, reset, TLS, DNS                        | retry; a write is ambiguous once sent      |
 * | badResponse      | an answer that is not the API's JSON            | retry; a write is ambiguous                |
 */
export type ApiErrorReason =
  | 'conflict'
  | 'alreadyExists'
  | 'notFound'
  | 'gone'
  | 'invalid'
  | 'unauthorized'
  | 'forbidden'
  | 'tooManyRequests'
  | 'timeout'
  | 'unavailable'
  | 'network'
  | 'badResponse'

/** One fault that the server found in an object, from `details.causes` of its Status. */
export interface ApiFault {
  readonly field?: string | undefined
  readonly message: string
}

/** The one error that an {@link ApiPort} throws, apart from the reason of the caller's own signal. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly reason: ApiErrorReason
  /** HTTP status; absent where no answer came. */
  readonly status: number | undefined
  /** A write that may or may not have happened: read the object live before the next decision. Always false for reads. */
  readonly ambiguous: boolean
  /** What the server asked for in `Retry-After`, a minute at most. */
  readonly retryAfterMs: number | undefined
  readonly faults: readonly ApiFault[]

  constructor(
    reason: ApiErrorReason,
    message: string,
    options: {
      status?: number | undefined
      ambiguous?: boolean
      retryAfterMs?: number | undefined
      faults?: readonly ApiFault[]
      cause?: unknown
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.reason = reason
    this.status = options.status
    this.ambiguous = options.ambiguous ?? false
    this.retryAfterMs = options.retryAfterMs
    this.faults = options.faults ?? []
  }
}

/** Whether `thrown` is an {@link ApiError} for one of `reasons` (any, where none are given). */
export function isApiError(thrown: unknown, ...reasons: readonly ApiErrorReason[]): thrown is ApiError {
  return thrown instanceof ApiError && (reasons.length === 0 || reasons.includes(thrown.reason))
}

const passing: ReadonlySet<ApiErrorReason> = new Set([
  'conflict',
  'gone',
  'unauthorized',
  'tooManyRequests',
  'timeout',
  'unavailable',
  'network',
  'badResponse',
])

/** Whether the same intent may succeed later without a person's help. An unknown error counts as passing: it is retried, and logged. */
export function isPassing(thrown: unknown): boolean {
  return !(thrown instanceof ApiError) || passing.has(thrown.reason)
}
