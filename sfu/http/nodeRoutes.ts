import type { FastifyInstance } from 'fastify'

import { ndjsonContentType } from '../../kit/ndjson.ts'
import { checked } from '../../kit/http.ts'
import { addressesPath, addressOrder, type AddressOrder } from '../api/addresses.ts'
import { drainOrder, drainPath, type DrainOrder, type DrainReport } from '../api/drain.ts'
import { dumpPath, type NodeDump } from '../api/dump.ts'
import { loadPath } from '../api/load.ts'
import { moveOrder, movePath, type MoveOrder, type MoveReport } from '../api/move.ts'
import { probePath, type Probe } from '../api/probe.ts'
import type { LoadFeed } from '../load/feed.ts'
import type { Door } from './auth.ts'

/** Options of {@link serveNode}. */
export interface NodeRoutesOptions {
  readonly door: Door
  readonly feed: LoadFeed
  readonly dump: () => Promise<NodeDump>
  /** The metrics as Prometheus reads them, and their content type. */
  readonly metrics: () => Promise<{ text: string; contentType: string }>
  /** Follows an order to drain, or to be done with it. Raises `stale_order`. */
  readonly drain: (order: DrainOrder) => DrainReport
  /** Tells one participant to go to another node. Raises `stale_order`, `attachment_gone`. */
  readonly move: (order: MoveOrder) => MoveReport
  /** Tells clients other addresses from now on; answers them. Raises `stale_order`. */
  readonly announce: (order: AddressOrder) => { addresses: string[] }
  /** Makes ICE ends for a check of reachability. */
  readonly probe: () => Promise<readonly Probe[]>
  /** How far its drain is; undefined where it takes work. */
  readonly drained: () => DrainReport | undefined
  /** What keeps the node from being ready, in words; none where it is. */
  readonly unready: () => readonly string[]
}

/**
 * Serves what is about the node as a whole. Live, ready and drained are three questions: `/livez` looks at nobody else and says that this
 * process answers; `/readyz` whether it works, which it goes on doing while it drains; `/drained` whether it can go without anybody noticing.
 */
export function serveNode(app: FastifyInstance, options: NodeRoutesOptions): void {
  const { door, feed, dump, drain, drained, metrics, unready } = options
  app.get('/livez', async () => ({ alive: true }))

  app.get('/readyz', async (_request, reply) => {
    const missing = unready()
    return reply.code(missing.length === 0 ? 200 : 503).send({ ready: missing.length === 0, missing })
  })

  app.get('/drained', async (_request, reply) => {
    const report = drained()
    const isDrained = report?.drained ?? false
    const { left, moved } = report ?? {}
    return reply.code(isDrained ? 200 : 503).send({ drained: isDrained, draining: report !== undefined, left, moved })
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

  app.route({
    method: 'PUT',
    url: drainPath,
    ...door.opens('order'),
    async handler(request) {
      return drain(checked(drainOrder, request.body, 'body'))
    },
  })

  app.route({
    method: 'POST',
    url: movePath,
    ...door.opens('order'),
    async handler(request) {
      return options.move(checked(moveOrder, request.body, 'body'))
    },
  })

  app.route({
    method: 'PUT',
    url: addressesPath,
    ...door.opens('order'),
    async handler(request) {
      return options.announce(checked(addressOrder, request.body, 'body'))
    },
  })

  app.route({
    method: 'POST',
    url: probePath,
    ...door.opens('order'),
    async handler() {
      return { probes: await options.probe() }
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
