import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, expect, test } from 'vitest'

import { systemClock } from '../../../kit/clock.ts'
import { createLog, type Log } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { missing, waitFor } from '../../../kit/wait.ts'
import { createApiClient, type ApiClient } from '../client/apiClient.ts'
import { eachOf } from './controller.ts'
import { createEventRecorder } from '../write/events.ts'
import { kinds } from '../kinds.ts'
import { kubeConfigAccess } from '../client/kubeConfigAccess.ts'
import { createManager } from './manager.ts'
import { kubeMetrics } from '../metrics.ts'
import { done } from '../client/outcome.ts'
import { createStatusWriter } from '../write/statusWriter.ts'

const namespace = 'default'
const lease = { namespace, name: 'parley-operator' }
const timeoutMs = 60_000
/** The next start of the API server takes long on a busy machine, and a leader that could not renew meanwhile would be another test. */
const times = { leaseMs: 180_000, renewDeadlineMs: 120_000, periodMs: 1_000 }
const folder = mkdtempSync(join(tmpdir(), 'parley-runtime-'))
const kubeconfig = join(folder, 'kubeconfig')
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
  rmSync(folder, { recursive: true, force: true })
})

/** The embedded API as a process of its own, on the port of its first start. */
function server() {
  let child: ChildProcess | undefined
  let port = 0
  return {
    async start(): Promise<void> {
      rmSync(kubeconfig, { force: true })
      const flags = ['--data-file', join(folder, 'data'), '--kubeconfig', kubeconfig, '--port', String(port)]
      child = spawn(process.execPath, ['operator/embedded/main.ts', ...flags], { stdio: 'ignore' })
      await waitFor(() => existsSync(kubeconfig) || missing('the kubeconfig'), { timeoutMs })
      const { url } = await kubeConfigAccess({ file: kubeconfig })({ reload: true })
      port = Number(new URL(url).port)
    },
    async kill(): Promise<void> {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

function clientOf(): ApiClient {
  const client = createApiClient({ access: kubeConfigAccess({ file: kubeconfig }), clock: systemClock, random: Math.random })
  closers.push(() => client.close())
  return client
}

/** A log that keeps its lines. */
function keptLog(): { log: Log; messages: () => string[] } {
  const lines: string[] = []
  const log = createLog({ service: 'operator', level: 'info', destination: { write: (line: string) => void lines.push(line) } })
  return { log, messages: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg) }
}

/** A replica that tells how many media nodes each pool has. */
function replica(identity: string) {
  const { log, messages } = keptLog()
  const api = clientOf()
  const common = { clock: systemClock, random: Math.random, log, metrics: createMetrics(kubeMetrics) }
  const address = `http://${identity}`
  const manager = createManager({ api, lease, identity, address, times, highestReportedEpoch: () => 0, ...common })
  const pools = manager.watch(kinds.MediaNodePool, { selection: { namespace } })
  const nodes = manager.watch(kinds.MediaNode, { selection: { namespace }, indexes: { pool: ({ spec }) => [spec.pool] } })
  const { bucket } = manager
  const writer = createStatusWriter({ api, bucket, stores: { MediaNodePool: pools }, counts: {}, ...common })
  const recorder = createEventRecorder({ api, bucket, component: 'parley-operator', instance: identity, ...common })
  const epochs: number[] = []
  manager.onTerm((term) => epochs.push(term.epoch()))
  manager.control({
    name: 'pool',
    triggers: [eachOf(pools), eachOf(nodes, ({ spec }) => [`${namespace}/${spec.pool}`])],
    async reconcile(key) {
      const pool = pools.get(key)
      const replicas = nodes.by('pool', pool?.metadata.name ?? '').length
      if (pool && pool.status?.replicas !== replicas) {
        writer.write(kinds.MediaNodePool, pool, { replicas })
        recorder.record(pool, { type: 'Normal', reason: 'Counted', message: `${replicas} media nodes` })
      }
      return done
    },
  })
  const leaving = new AbortController()
  const ended = manager.run(leaving.signal)
  const stop = async (): Promise<string> => {
    leaving.abort(new Error('the test ends'))
    return ended
  }
  closers.push(stop)
  return { manager, epochs, messages, stop }
}

async function aNode(api: ApiClient, name: string): Promise<void> {
  await api.create(kinds.MediaNode, { metadata: { name, namespace }, spec: { pool: 'eu', address: 'http://127.0.0.1:1' } })
}

function told(api: ApiClient, replicas: number): Promise<unknown> {
  const read = async () => {
    const { status } = await api.get(kinds.MediaNodePool, { namespace, name: 'eu' })
    return status?.replicas === replicas || missing(`${replicas} replicas instead of ${status?.replicas}`)
  }
  return waitFor(read, { timeoutMs })
}

test('the runtime outlives the death of its API server, and a replica that stops is followed', { timeout: 300_000 }, async () => {
  const embedded = server()
  closers.push(() => embedded.kill())
  await embedded.start()
  const user = clientOf()
  await user.create(kinds.MediaNodePool, { metadata: { name: 'eu', namespace }, spec: { region: 'eu' } })
  await aNode(user, 'eu-1')
  const a = replica('a')
  await told(user, 1)

  await embedded.kill()
  await systemClock.sleep(2_500)
  expect(a.manager.isLeader()).toBe(true)
  await embedded.start()
  await aNode(user, 'eu-2')
  await told(user, 2)
  expect(a.epochs).toEqual([1])
  await waitFor(() => a.messages().includes('the API server answers again') || missing('the word that it answers'), { timeoutMs })
  expect(a.messages()).toEqual(['leading', 'the API server does not answer; it is asked again', 'the API server answers again'])

  const b = replica('b')
  await waitFor(() => b.manager.holder()?.identity === 'a' || missing('the holder'), { timeoutMs })
  expect(await a.stop()).toBe('stopped')
  await waitFor(() => b.manager.isLeader() || missing('the next leader'), { timeoutMs })
  expect(b.epochs).toEqual([2])
  await user.delete(kinds.MediaNode, { namespace, name: 'eu-1' })
  await told(user, 1)
  const { items } = await user.list(kinds.Event, { namespace })
  expect(items.map(({ message }) => message)).toContain('2 media nodes')
})
