import { startRedisContainer } from './redisContainer.ts'
import { startRedisProcess } from './redisProcess.ts'

/** A real Redis for a test. It keeps nothing on disk: after a kill it comes back empty. */
export interface RedisServer {
  readonly url: string
  /** Kill -9. */
  kill(): Promise<void>
  /** Starts it again, on the same port. */
  start(): Promise<void>
  /** Ends it for good. */
  stop(): Promise<void>
}

/** How a test may come by a Redis. */
export interface RedisWay {
  readonly name: 'container' | 'process'
  /** Undefined where this way is not open. */
  readonly start: (() => Promise<RedisServer>) | undefined
}

const image = process.env['PARLEY_REDIS_IMAGE']

/** Both ways, the preferred one first: a container where the set-up found or started an engine, and the distribution's redis-server. */
export const redisWays: readonly RedisWay[] = [
  { name: 'container', start: image === undefined ? undefined : () => startRedisContainer(image) },
  { name: 'process', start: startRedisProcess },
]

/** Whether a way is open on this machine. */
export function isOpen(way: RedisWay): way is RedisWay & { readonly start: () => Promise<RedisServer> } {
  return way.start !== undefined
}

/** Starts Redis in the first way that is open here. What goes wrong then is told: it is not tried in another way. */
export function startRedis(): Promise<RedisServer> {
  const [way] = redisWays.filter(isOpen)
  return way === undefined ? startRedisProcess() : way.start()
}
