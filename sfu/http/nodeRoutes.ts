import type { FastifyInstance } from 'fastify'

import { ndjsonContentType } from '../../kit/ndjson.ts'
import { dumpPath, type NodeDump } from '../api/dump.ts'
import { loadPath } from '../api/load.ts'
import type { LoadFeed } from '../load/feed.ts'
import type { Door } from './auth.ts'

/** Options of {@link serveNode}. */
export interface NodeRoutesOptions {
  readonly door: Door
  readonly feed: LoadFeed
  readonly dump: () => Promise<NodeDump>
  /** The metrics as Prometheus reads them, and their content type. */
  readonly metrics: () => Promise<{ text: string; contentType: string }>
  /** What keeps the node from being ready, in words; none where it is. */
  readonly unready: () => readonly string[]
}

/** Serves what is about the node as a whole. Liveness looks at nobody else: it says that this process answers. */
export function serveNode(app: FastifyInstance, { door, feed, dump, metrics, unready }: NodeRoutesOptions): void {
  app.get('/livez', async () => ({ alive: true }))

  app.get('/readyz', async (_request, reply) => {
    const missing = unready()
    return reply.code(missing.length === 0 ? 200 : 503).send({ ready: missing.length === 0, missing })
  })

  app.get('/metrics', async (request, reply) => {
    await door.bearer(request, 'order', 'session')
    const { text, contentType } = await metrics()
    return reply.type(contentType).send(text)
  })

  app.route({
    method: 'GET',
    url: dumpPath,
    async handler(request) {
      await door.bearer(request, 'order', 'session')
      return dump()
    },
  })

  app.get(loadPath, async (request, reply) => {
    await door.bearer(request, 'order')
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'content-type': ndjsonContentType, 'cache-control': 'no-store' })
    const leave = feed.add({
      write: (text) => void raw.write(text),
      get bufferedBytes() {
        return raw.writableLength
      },
      end: () => raw.destroy(),
    })
    raw.once('close', leave)
    raw.once('error', leave)
  })
}
