import { createHash, timingSafeEqual } from 'node:crypto'

import type { FastifyInstance } from 'fastify'

import { commonErrors } from '../../kit/errors.ts'
import { bearerOf } from '../../kit/http.ts'

/** What the operations endpoints tell. */
export interface Operations {
  /** False once this replica stops. It asks nobody else: a replica whose operator or Redis is away still serves. */
  readonly ready: () => boolean
  /** How many clients are connected here. */
  readonly clients: () => number
  readonly scrape: () => Promise<{ readonly contentType: string; readonly text: string }>
  /** What /metrics asks for; empty asks for nothing. */
  readonly metricsToken: string
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/**
 * Serves three questions and `/metrics`: `/livez` whether the process answers at all, `/readyz` whether it may be sent somebody new, and
 * `/drained` whether nobody is connected any more, so that it can go without anybody noticing.
 */
export function serveOperations(app: FastifyInstance, { ready, clients, scrape, metricsToken }: Operations): void {
  app.get('/livez', () => ({ live: true }))
  app.get('/readyz', () => {
    if (!ready()) throw commonErrors.raise.unavailable({ what: 'This replica' })
    return { ready: true }
  })
  app.get('/drained', (_request, reply) => {
    const drained = clients() === 0
    return reply.code(drained ? 200 : 503).send({ drained })
  })
  app.get('/metrics', async (request, reply) => {
    const shown = metricsToken === '' ? '' : bearerOf(request.headers.authorization)
    if (!timingSafeEqual(digest(shown), digest(metricsToken)))
      throw commonErrors.raise.unauthorized({ why: 'the bearer token is not that of /metrics' }, { field: 'authorization' })
    const { contentType, text } = await scrape()
    return reply.type(contentType).send(text)
  })
}
