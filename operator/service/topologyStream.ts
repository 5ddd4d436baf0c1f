import type { FastifyReply, FastifyRequest } from 'fastify'

import { commonErrors } from '../../kit/errors.ts'
import { ndjsonContentType, ndjsonLine } from '../../kit/ndjson.ts'
import type { OperatorMetrics } from '../metrics.ts'
import type { Serves, TopologyFeed } from './topologyFeed.ts'

/** A reader that lets more than this pile up is cut off; it begins again with a snapshot. One of 10,000 nodes and meetings is 4 MB. */
const backlogAtMostBytes = 16 * 1024 * 1024
/** Readers of one replica at once; a signaling replica is one. With what may pile up for each, what readers can make a replica keep has a bound. */
export const readersAtMost = 256

/** Streams the topology to one reader until it goes away or cannot keep up. Raises `too_many`. */
export function streamTopology(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  { feed, serves, metrics }: { feed: TopologyFeed; serves: Serves; metrics: OperatorMetrics },
): void {
  if (feed.readers() >= readersAtMost)
    throw commonErrors.raise.too_many({ what: 'readers of the topology here' }, { retryAfterMs: 5_000 })
  reply.hijack()
  const { raw } = reply
  if (raw.destroyed) return
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
