import { Redis } from 'ioredis'

import { missing, waitFor } from '../../kit/wait.ts'

async function answers(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: 1_000 })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    await redis.ping()
  } finally {
    redis.disconnect()
  }
}

/** Waits until the Redis at a URL answers. */
export const redisStands = (url: string): Promise<unknown> =>
  waitFor(() => answers(url).catch(() => missing('an answer of Redis')), { timeoutMs: 30_000, pollMs: 20 })
