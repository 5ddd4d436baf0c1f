import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { freePort } from '../../kit/freePorts.ts'
import { redisStands } from './redisPort.ts'
import type { RedisServer } from './redisServer.ts'

/** The distribution's redis-server (`PARLEY_REDIS_SERVER`, else the one in PATH) on a free port. */
export async function startRedisProcess(): Promise<RedisServer> {
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
    await Promise.race([redisStands(url), failed])
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
