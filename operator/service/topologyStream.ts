import type { FastifyReply, FastifyRequest } from 'fastify'

import { ndjsonContentType, ndjsonLine } from '../../kit/ndjson.ts'
import type { OperatorMetrics } from '../metrics.ts'
import type { Serves, TopologyFeed } from './topologyFeed.ts'

/** A reader that lets more than this pile up is cut off; it begins again with a snapshot. */
const backlogAtMostBytes = 32 * 1024 * 1024

/** Streams the topology to one reader until it goes away or cannot keep up. */
export function streamTopology(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { feed, serves, metrics }: { feed: TopologyFeed; serves: Serves; metrics: OperatorMetrics },
): void {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, { 'content-type': ndjsonContentType, 'cache-control': 'no-store' })
  metrics.topologyReaders.inc()
  const stop = feed.subscribe(serves, (line) => {
    if (raw.writableLength > backlogAtMostBytes) raw.destroy()
    else raw.write(ndjsonLine(line))
  })
  request.raw.socket.once('close', () => {
    stop()
    metrics.topologyReaders.dec()
  })
}
