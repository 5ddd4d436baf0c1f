import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

import { Redis } from 'ioredis'

import { missing, waitFor } from '../../kit/wait.ts'

/** A port that was free a moment ago: a Redis that is killed comes back on the same one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

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
  waitFor(() => answers(url).catch(() => missing('an answer of Redis')), { timeoutMs: 10_000, pollMs: 20 })
