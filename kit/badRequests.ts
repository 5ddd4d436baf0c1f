import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

import { asCodedError, CodedError, commonErrors } from './errors.ts'
import { problemContentType, problemOf } from './problem.ts'

/** Longest time for a request to come whole, headers and body: who sends a byte now and then holds a connection no longer. */
export const slowestRequestMs = 15_000
/** Most of one part of a path, in characters as sent: a participant of 128, each written as `%7C`. */
export const pathPartAtMost = 3 * 128

/** What fastify and Node tell of a fault: a code, and a status where they know one. */
export type RefusedByServer = Error & { readonly statusCode?: number; readonly code?: string }

const inJson = (field: string, what: string, cause: Error): CodedError => commonErrors.raise.invalid({ what }, { field, cause })

/** What the HTTP server itself refuses (body too large, not JSON, a path that is none) in our words. */
export function refusedByServer(thrown: RefusedByServer, bodyLimitBytes: number): CodedError {
  if (thrown instanceof CodedError) return thrown
  const { statusCode = 500, code } = thrown
  if (statusCode === 413) return commonErrors.raise.too_large({ limitBytes: bodyLimitBytes })
  if (statusCode === 415) return inJson('content-type', 'A body must be JSON, sent with content-type: application/json.', thrown)
  if (code === 'FST_ERR_BAD_URL')
    return inJson('path', 'The path is not well-formed: a % stands before two hexadecimal digits.', thrown)
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') return inJson('path', 'A part of the path is longer than any name may be.', thrown)
  if (statusCode < 500) return inJson('body', 'This request cannot be read.', thrown)
  return asCodedError(thrown)
}

/** What is no request yet, in our words. */
function notARequest({ code }: RefusedByServer, withinMs: number): CodedError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return commonErrors.raise.too_slow({ withinMs })
  if (code === 'HPE_HEADER_OVERFLOW')
    return commonErrors.raise.invalid({ what: 'The headers are too large.' }, { field: 'headers' })
  return commonErrors.raise.invalid({ what: 'This is not a well-formed HTTP request.' })
}

/** Answers what is no request (not HTTP, headers too large, not whole in time) with a problem document, and closes the connection. */
export function noRequestAnswer(withinMs: number): (thrown: RefusedByServer, socket: Socket) => void {
  return (thrown, socket) => {
    if (thrown.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const problem = problemOf(notARequest(thrown, withinMs))
    const text = JSON.stringify(problem)
    const head = [
      `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
      `content-type: ${problemContentType}`,
      `content-length: ${Buffer.byteLength(text)}`,
      'connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${text}`, () => socket.destroy())
  }
}
