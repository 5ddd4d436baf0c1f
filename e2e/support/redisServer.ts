import { spawn } from 'node:child_process'
import { once } from 'node:events'

import { Redis } from 'ioredis'

import { waitFor } from '../../kit/wait.ts'
import { choosePorts, probePort } from '../demo/ports.ts'

/** A Redis of the test's own, empty and without a file. */
export interface RedisServer {
  readonly url: string
  /** The keys of rooms, for the check that nothing of a meeting is left. */
  keys(): Promise<readonly string[]>
  stop(): Promise<void>
}

/** Starts the machine's redis-server on a free port. */
export async function startRedis(): Promise<RedisServer> {
  const wish = { name: 'redis', usual: 0, count: 1, protocols: ['tcp'], host: '127.0.0.1' } as const
  const ports = await choosePorts([wish], { preferUsual: false, probe: probePort, random: Math.random })
  const port = ports.get('redis') ?? 0
  const program = process.env['PARLEY_REDIS_SERVER'] ?? 'redis-server'
  const server = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  })
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, maxRetriesPerRequest: 1 })
  client.on('error', () => undefined)
  await waitFor(() => client.ping(), { timeoutMs: 60_000 })
  return {
    url: `redis://127.0.0.1:${port}`,
    keys: async () => (await client.keys('parley:room:*')).toSorted(),
    async stop() {
      client.disconnect()
      const ended = once(server, 'exit')
      server.kill('SIGTERM')
      await ended
    },
  }
}
