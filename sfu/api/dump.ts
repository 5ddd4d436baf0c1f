import { z } from 'zod'

const count = z.int().min(0)

/** `GET /v1/dump` (bearer: an `order` or `session` token): what each media process itself says that it holds. For tests and doctors. */
export const dumpPath = '/v1/dump'

export const workerDump = z.object({
  pid: z.int(),
  routers: count,
  webRtcTransports: count,
  pipeTransports: count,
  producers: count,
  consumers: count,
  /** Everything registered: routers, transports, producers, consumers, observers, and one WebRtcServer when all else is gone. */
  handlers: count,
})
export type WorkerDump = z.infer<typeof workerDump>

export const nodeDump = z.object({ workers: z.array(workerDump).max(64) })
export type NodeDump = z.infer<typeof nodeDump>
