import type { FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'

/** Content type of a plain answer. */
const plain = 'text/plain; charset=utf-8'

/**
 * Serves the three questions that are asked of a process: `/livez` whether it answers at all, and it looks at nobody else, for an API
 * server that is away must not restart every replica at once; `/readyz` whether it may be asked, with what is missing; `/metrics`.
 */
export function serveProbes(
  app: FastifyInstance,
  options: { readonly missing: () => readonly string[]; readonly registry: Pick<Registry, 'metrics' | 'contentType'> },
): void {
  app.get('/livez', (_request, reply) => reply.type(plain).send('ok'))
  app.get('/readyz', (_request, reply) => {
    const missing = options.missing()
    if (missing.length === 0) return reply.type(plain).send('ok')
    return reply
      .code(503)
      .type(plain)
      .send(`not ready: ${missing.join(', ')}`)
  })
  app.get('/metrics', async (_request, reply) => reply.type(options.registry.contentType).send(await options.registry.metrics()))
}
