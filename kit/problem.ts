import { z } from 'zod'

import { CodedError, type Retry } from './errors.ts'

/** Content type of an error answer (RFC 9457). */
export const problemContentType = 'application/problem+json'

/** An error as RFC 9457 says it, with our code, and the field that was wrong where there is one. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly retry: Retry
  readonly field?: string
  readonly retryAfterMs?: number
}

/** The problem document of an error. */
export function problemOf(error: CodedError): Problem {
  return {
    type: `https://parley.media/errors/${error.code}`,
    title: error.message,
    status: error.status,
    code: error.code,
    retry: error.retry,
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  }
}

/** A problem document (RFC 9457) as our servers write it; others may leave out all but the status. */
const problemDocument = z.object({
  title: z.string().max(1_000).optional(),
  code: z.string().max(100).optional(),
  retry: z.enum(['never', 'later', 'elsewhere']).optional(),
  field: z.string().max(300).optional(),
  retryAfterMs: z.number().min(0).optional(),
})

/** What a retry may do where the answer does not say: a server's own fault may pass, the caller's does not. */
function retryOf(status: number): Retry {
  return status >= 500 || status === 429 ? 'later' : 'never'
}

/** The error that a failed HTTP answer carries. A body that is no problem document (a proxy's page) leaves the status and no more. */
export function errorOfProblem(status: number, body: unknown): CodedError {
  const parsed = problemDocument.safeParse(body)
  const { title, code, retry, field, retryAfterMs } = parsed.success ? parsed.data : {}
  return new CodedError({
    code: code ?? (status >= 500 ? 'unavailable' : 'invalid'),
    message: title ?? `The other side answered with HTTP status ${status}.`,
    status,
    retry: retry ?? retryOf(status),
    ...(field === undefined ? {} : { field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}
