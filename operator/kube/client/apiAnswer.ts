import { ApiError, type ApiErrorReason, type ApiFault } from './apiError.ts'

/** The Status object that the API server answers with when it refuses. */
interface StatusBody {
  readonly reason?: unknown
  readonly message?: unknown
  readonly details?: { readonly causes?: unknown; readonly retryAfterSeconds?: unknown }
}

/** What is known of the request when its answer is judged. */
export interface Asked {
  readonly method: string
  readonly path: string
}

const reasonsByStatus: Readonly<Record<number, ApiErrorReason>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  410: 'gone',
  429: 'tooManyRequests',
  504: 'timeout',
}

/**
 * However long a server asks to be left alone, it is asked again after this: as long as the queue waits at most by itself. A proxy that says an hour, or a
 * number that is none, would stop a watch or a reconcile for as long.
 */
const retryAfterAtMostMs = 60_000

/** What a server asked for in milliseconds, as far as it is heeded. */
const heeded = (askedMs: number): number => Math.min(Math.max(0, askedMs), retryAfterAtMostMs)

/** `Retry-After` as seconds or as an HTTP date (RFC 9110, 10.2.3), in milliseconds from `nowMs`; a minute at most. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header.trim())) return heeded(Number(header) * 1000)
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? undefined : heeded(atMs - nowMs)
}

function faultsOf(body: StatusBody): ApiFault[] {
  const causes: unknown = body.details?.causes
  if (!Array.isArray(causes)) return []
  return (causes as { field?: unknown; message?: unknown }[]).map(({ field, message }) => ({
    ...(typeof field === 'string' ? { field } : {}),
    message: typeof message === 'string' ? message : 'does not fit',
  }))
}

function reasonOf(status: number, body: StatusBody, faults: readonly ApiFault[]): ApiErrorReason {
  if (status === 409) return body.reason === 'AlreadyExists' ? 'alreadyExists' : 'conflict'
  // A patch that names another uid fails as a change of an immutable field: for us it is a precondition that did not hold.
  if (status === 422 && faults.some(({ field }) => field === 'metadata.uid')) return 'conflict'
  if (body.reason === 'Timeout' || body.reason === 'ServerTimeout') return 'timeout'
  return reasonsByStatus[status] ?? (status >= 500 ? 'unavailable' : 'invalid')
}

/** Whether a method changes something. */
export function writes(method: string): boolean {
  return method !== 'GET'
}

/** The error of an answer that is not a 2xx, or of an ERROR event of a watch. `text` is its body, whatever it holds. */
export function errorOfAnswer(
  asked: Asked,
  status: number,
  answer: { text: string; retryAfterMs?: number | undefined },
): ApiError {
  const body = parsed(answer.text)
  const faults = faultsOf(body)
  const reason = reasonOf(status, body, faults)
  const said = typeof body.message === 'string' ? body.message : `status ${status} without an explanation`
  const seconds = body.details?.retryAfterSeconds
  return new ApiError(reason, `${asked.method} ${asked.path}: ${said}`, {
    status,
    faults,
    ambiguous: writes(asked.method) && status >= 500,
    retryAfterMs: answer.retryAfterMs ?? (typeof seconds === 'number' ? heeded(seconds * 1000) : undefined),
  })
}

function parsed(text: string): StatusBody {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {} // A proxy's HTML: the status alone has to do.
  }
}

/** Faults of connecting: nothing of the request has left. */
const beforeSending: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])
const outOfTime: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'TimeoutError',
])

function codeOf(thrown: unknown): string {
  const { code, name, cause, errors } = thrown as { code?: unknown; name?: unknown; cause?: unknown; errors?: unknown[] }
  if (typeof code === 'string') return code
  if (cause !== undefined) return codeOf(cause)
  if (errors?.[0] !== undefined) return codeOf(errors[0]) // One fault an address that was tried.
  return typeof name === 'string' ? name : 'unknown'
}

/** What JSON.parse and the line reader throw: they are the only ones without a code. */
const notOurWords: ReadonlySet<string> = new Set(['SyntaxError', 'Error', 'UND_ERR_RES_EXCEEDED_MAX_SIZE'])

function transportReason(code: string): ApiErrorReason {
  if (outOfTime.has(code)) return 'timeout'
  return notOurWords.has(code) ? 'badResponse' : 'network'
}

/** The error of a request that got no answer, or half of one. */
export function errorOfTransport(asked: Asked, thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  const code = codeOf(thrown)
  return new ApiError(transportReason(code), `${asked.method} ${asked.path}: ${code}`, {
    ambiguous: writes(asked.method) && !beforeSending.has(code),
    cause: thrown,
  })
}
