import { Redis } from 'ioredis'
import { expect, test } from 'vitest'

import { isOpen, redisWays } from './redisServer.ts'

/** A connection that fails at once where nothing answers. */
async function once<T>(url: string, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: 2_000 })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return await ask(redis)
  } finally {
    redis.disconnect()
  }
}

const refused = /Connection is closed|ECONNREFUSED|ETIMEDOUT/

// The container's is skipped, with the reason, where no engine is: then the machine's set-up says why.
test.for(redisWays)(
  'a Redis in a $name comes back empty at the same place after a kill, and is gone after its end',
  async (way, ctx) => {
    if (!isOpen(way)) return ctx.skip()
    const server = await way.start()
    try {
      expect(await once(server.url, (redis) => redis.set('key', 'value'))).toBe('OK')
      await server.kill()
      await expect(once(server.url, (redis) => redis.ping())).rejects.toThrow(refused)
      await server.start()
      expect(await once(server.url, (redis) => redis.dbsize())).toBe(0)
    } finally {
      await server.stop()
    }
    await expect(once(server.url, (redis) => redis.ping())).rejects.toThrow(refused)
  },
)
