import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'

import { noRequestAnswer, pathPartAtMost, refusedByServer, slowestRequestMs, type RefusedByServer } from './badRequests.ts'
import { commonErrors } from './errors.ts'
import { readJsonBodies } from './jsonBody.ts'
import type { Log } from './log.ts'
import { problemContentType, problemOf } from './problem.ts'

export { checked } from './validation.ts'

/** Options of {@link createHttpServer}. */
export interface HttpServerOptions {
  readonly log: Log
  /** Largest body in bytes; a larger one is refused before it is read whole. */
  readonly bodyLimitBytes: number
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Longest time for a request to come whole, headers and body; milliseconds. */
  readonly requestWithinMs?: number
}

type Answer = (thrown: RefusedByServer, request: FastifyRequest, reply: FastifyReply) => FastifyReply

/** What both kinds of server have in common. */
function settingsOf(
  { bodyLimitBytes: bodyLimit, requestWithinMs }: Required<Pick<HttpServerOptions, 'bodyLimitBytes' | 'requestWithinMs'>>,
  answer: Answer,
) {
  return {
    bodyLimit,
    forceCloseConnections: true as const,
    requestTimeout: requestWithinMs,
    routerOptions: { maxParamLength: pathPartAtMost },
    clientErrorHandler: noRequestAnswer(requestWithinMs),
    frameworkErrors: (thrown: RefusedByServer, request: FastifyRequest, reply: FastifyReply) =>
      void answer(thrown, request, reply),
  }
}

/** Fastify types a TLS server apart; to its users the two are one. */
function serverOf(settings: ReturnType<typeof settingsOf>, tls: HttpServerOptions['tls']): FastifyInstance {
  const { requestTimeout } = settings
  const connections = { requestTimeout, connectionsCheckingInterval: Math.ceil(requestTimeout / 3) }
  if (tls === undefined) return fastify({ ...settings, http: connections })
  const app: unknown = fastify({ ...settings, https: { ...connections, ...tls } })
  return app as FastifyInstance
}

/** Whether a body is still to come that is not read any more, and is larger than anybody may send, or of unknown size. */
function leavesMuch({ raw, headers }: FastifyRequest, bodyLimitBytes: number): boolean {
  if (raw.complete) return false
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > bodyLimitBytes
}

/**
 * An HTTP server whose every error is a problem document and whose unknown errors are logged, never sent. A request has
 * `requestWithinMs` to come whole, and up to a third more; an answer may take as long as it likes.
 */
export function createHttpServer({
  log,
  bodyLimitBytes,
  tls,
  requestWithinMs = slowestRequestMs,
}: HttpServerOptions): FastifyInstance {
  function answer(thrown: RefusedByServer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const error = refusedByServer(thrown, bodyLimitBytes)
    // A coded 503 is an answer (warming up, full); only what nobody expected is news for the person on call.
    if (error.code === 'internal')
      log.error({ method: request.method, url: request.routeOptions.url ?? '', err: error.cause ?? error }, 'request failed')
    if (leavesMuch(request, bodyLimitBytes)) void reply.header('connection', 'close')
    if (error.retryAfterMs !== undefined) void reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1000)))
    return reply.code(error.status).type(problemContentType).send(problemOf(error))
  }
  const app = serverOf(settingsOf({ bodyLimitBytes, requestWithinMs }, answer), tls)
  readJsonBodies(app)
  app.setErrorHandler((thrown: RefusedByServer, request, reply) => answer(thrown, request, reply))
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
