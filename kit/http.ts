import { fastify, type FastifyInstance } from 'fastify'
import { asCodedError, CodedError, commonErrors, type Retry } from './errors.ts'
import type { Log } from './log.ts'

export { checked } from './validation.ts'

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

/** What fastify itself refuses (body too large, not JSON, ...) in our words. */
function fromFastify(error: Error & { statusCode?: number; code?: string }, bodyLimitBytes: number): CodedError {
  if (error instanceof CodedError) return error
  if (error.statusCode === 413) return commonErrors.raise.too_large({ limitBytes: bodyLimitBytes })
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return commonErrors.raise.invalid({ what: 'The request is not a well-formed JSON request.' }, { field: 'body', cause: error })
  }
  return asCodedError(error)
}

/** Options of {@link createHttpServer}. */
export interface HttpServerOptions {
  readonly log: Log
  /** Largest body in bytes; a larger one is refused before it is read whole. */
  readonly bodyLimitBytes: number
  readonly tls?: { readonly key: string; readonly cert: string }
}

/** Fastify types a TLS server apart; to its users the two are one. */
function tlsServer(
  settings: { bodyLimit: number; forceCloseConnections: true },
  https: { key: string; cert: string },
): FastifyInstance {
  const app: unknown = fastify({ ...settings, https })
  return app as FastifyInstance
}

/** An HTTP server whose every error is a problem document and whose unknown errors are logged, never sent. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const settings = { bodyLimit: options.bodyLimitBytes, forceCloseConnections: true as const }
  const app = options.tls ? tlsServer(settings, options.tls) : fastify(settings)
  app.setErrorHandler((thrown, request, reply) => {
    const error = fromFastify(thrown as Error, options.bodyLimitBytes)
    // A coded 503 is an answer (warming up, full); only what nobody expected is news for the person on call.
    if (error.code === 'internal')
      options.log.error(
        { method: request.method, url: request.routeOptions.url ?? '', err: error.cause ?? error },
        'request failed',
      )
    if (error.retryAfterMs !== undefined) void reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1000)))
    return reply.code(error.status).type(problemContentType).send(problemOf(error))
  })
  app.setNotFoundHandler((_request, reply) => {
    const error = commonErrors.raise.not_found({ what: 'such path' })
    return reply.code(error.status).type(problemContentType).send(problemOf(error))
  })
  return app
}

/** The bearer token of a request; raises `unauthorized` where there is none. */
export function bearerOf(authorization: string | undefined): string {
  const token = /^Bearer ([^\s]+)$/.exec(authorization ?? '')?.[1]
  if (token === undefined) throw commonErrors.raise.unauthorized({ why: 'a bearer token is needed' }, { field: 'authorization' })
  return token
}
