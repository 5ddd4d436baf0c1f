/** What a caller may do about an error: `never` the same again, `later` after a wait, `elsewhere` on another node or replica. */
export type Retry = 'never' | 'later' | 'elsewhere'

/** One row of an error table: the HTTP status, what a retry may do, and the sentence a person reads. */
export interface ErrorEntry<Args> {
  readonly status: number
  readonly retry: Retry
  readonly say: (args: Args) => string
}

/** What may be added when an error is raised. */
export interface RaiseOptions {
  /** The input that was wrong, as a path: `data.rtpParameters.codecs[0].mimeType`. */
  readonly field?: string
  readonly cause?: unknown
  /** How long to wait before a retry, when that is known. */
  readonly retryAfterMs?: number
}

/** An error with a code that callers may act on; everything that leaves a process is one of these. */
export class CodedError extends Error {
  override readonly name = 'CodedError'
  readonly code: string
  readonly status: number
  readonly retry: Retry
  readonly field: string | undefined
  readonly retryAfterMs: number | undefined

  constructor(options: { code: string; message: string; status: number; retry: Retry } & RaiseOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = options.code
    this.status = options.status
    this.retry = options.retry
    this.field = options.field
    this.retryAfterMs = options.retryAfterMs
  }
}

type ArgsOf<Entry extends ErrorEntry<never>> =
  Parameters<Entry['say']> extends [] ? Record<never, never> : Parameters<Entry['say']>[0]

type Raisers<Table extends Record<string, ErrorEntry<never>>> = {
  readonly [Code in keyof Table]: (args: ArgsOf<Table[Code]>, options?: RaiseOptions) => CodedError
}

/** A table of errors with its rows kept for docs and tests, and one function a code that makes the error. */
export interface ErrorTable<Table extends Record<string, ErrorEntry<never>>> {
  readonly entries: Table
  readonly raise: Raisers<Table>
}

/** Declares the errors of one concern: `errorTable({ meeting_full: { status: 409, retry: 'later', say: (m: {...}) => '...' } })`. */
export function errorTable<Table extends Record<string, ErrorEntry<never>>>(entries: Table): ErrorTable<Table> {
  const raise = Object.fromEntries(
    Object.entries(entries).map(([code, entry]) => [
      code,
      (args: never, options: RaiseOptions = {}) =>
        new CodedError({ code, message: entry.say(args), status: entry.status, retry: entry.retry, ...options }),
    ]),
  )
  return { entries, raise: raise as Raisers<Table> }
}

/** Errors that every process can raise, whatever its concern. */
export const commonErrors = errorTable({
  internal: { status: 500, retry: 'later', say: () => 'Something went wrong here; the log of whoever answered says what.' },
  invalid: { status: 400, retry: 'never', say: (m: { what: string }) => m.what },
  unauthorized: { status: 401, retry: 'never', say: (m: { why: string }) => `Not authorized: ${m.why}.` },
  forbidden: { status: 403, retry: 'never', say: (m: { why: string }) => `Not allowed: ${m.why}.` },
  not_found: { status: 404, retry: 'never', say: (m: { what: string }) => `There is no ${m.what}.` },
  too_large: {
    status: 413,
    retry: 'never',
    say: (m: { limitBytes: number }) => `Larger than the limit of ${m.limitBytes} bytes.`,
  },
  too_slow: {
    status: 408,
    retry: 'later',
    say: (m: { withinMs: number }) => `The request did not come whole within ${m.withinMs} ms.`,
  },
  too_many: { status: 429, retry: 'later', say: (m: { what: string }) => `Too many ${m.what}; slow down.` },
  timeout: {
    status: 504,
    retry: 'later',
    say: (m: { what: string; timeoutMs: number }) => `No answer from ${m.what} within ${m.timeoutMs} ms.`,
  },
  unavailable: { status: 503, retry: 'later', say: (m: { what: string }) => `${m.what} is not available at the moment.` },
})

/** Turns anything that was thrown into ours. An unknown error becomes `internal`; its text stays in `cause`, for the log only. */
export function asCodedError(thrown: unknown): CodedError {
  return thrown instanceof CodedError ? thrown : commonErrors.raise.internal({}, { cause: thrown })
}

/** Closes a switch over a union: a new member that is not handled is a type error. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`)
}
