import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Redis } from 'ioredis'
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers'

import { missing, waitFor } from '../../kit/wait.ts'

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

async function freePort(): Promise<number> {
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

const standing = (url: string): Promise<unknown> =>
  waitFor(() => answers(url).catch(() => missing('an answer of Redis')), { timeoutMs: 10_000, pollMs: 20 })

/** The distribution's redis-server (`PARLEY_REDIS_SERVER`, else the one in PATH) on a free port. */
async function startProcess(): Promise<RedisServer> {
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'parley-redis-'))
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const started = spawn(process.env['PARLEY_REDIS_SERVER'] ?? 'redis-server', args, { stdio: 'ignore' })
    child = started
    const failed = once(started, 'error').then(([error]) => {
      throw error
    })
    await Promise.race([standing(url), failed])
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child?.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  await start()
  return {
    url,
    start,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startContainer(): Promise<RedisServer> {
  const port = await freePort()
  const started = await new GenericContainer('redis:7')
    .withExposedPorts({ container: 6379, host: port })
    .withCommand(['redis-server', '--save', '', '--appendonly', 'no'])
    .start()
  const container = (await getContainerRuntimeClient()).container.getById(started.getId())
  const url = `redis://${started.getHost()}:${port}`
  await standing(url)
  return {
    url,
    async start() {
      await container.start()
      await standing(url)
    },
    kill: () => container.kill({ signal: 'SIGKILL' }),
    stop: async () => void (await started.stop()),
  }
}

/** Starts Redis: by Testcontainers where Docker answers and has the image, else the distribution's server. */
export async function startRedis(): Promise<RedisServer> {
  try {
    return await startContainer()
  } catch {
    return startProcess()
  }
}
