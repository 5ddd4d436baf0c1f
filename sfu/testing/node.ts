import { systemClock } from '../../kit/clock.ts'
import { silentLog, type Log } from '../../kit/log.ts'
import { AnnouncedAddresses } from '../addresses.ts'
import { startAgent, type Agent, type AgentOptions } from '../agent.ts'
import { createNodeClient, type NodeClient } from '../api/nodeClient.ts'
import { MediaWorker } from '../media/worker.ts'
import { WorkerPool } from '../media/workerPool.ts'
import { orderBearer, type Placed, type Trust } from './trust.ts'

/** A media node within the test's own process, on real workers. */
export interface TestNode extends Placed {
  readonly pool: WorkerPool
  readonly client: NodeClient
  stop(): Promise<void>
}

/** How many pipe ports a test node has, and how far the ranges lie apart. */
const pipePortsPerNode = 50
const ranges = 50
let lastRange = Math.floor(Math.random() * ranges)
/** Files that run side by side have ranges of their own. */
const firstPort = 21_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 2) * ranges * pipePortsPerNode

/** A range of ports that no other node of this process uses; the worker passes over ports that others have taken. */
export function pipeRange(pipePorts = pipePortsPerNode): { min: number; max: number } {
  const min = firstPort + (lastRange++ % ranges) * pipePortsPerNode
  return { min, max: min + pipePorts - 1 }
}

/** Starts a media node on loopback. */
export async function startTestNode(
  trust: Trust,
  options: { node: string; workers?: number; log?: Log; maxConsumers?: number; pipePorts?: number; guessed?: boolean } & Partial<
    Pick<AgentOptions, 'emptyTimeoutMs' | 'port'>
  >,
): Promise<TestNode> {
  const { node, workers = 1, log = silentLog, maxConsumers = 500, pipePorts = pipePortsPerNode } = options
  const addresses = new AnnouncedAddresses({ address: '127.0.0.1', guessed: options.guessed ?? false })
  const pool = await WorkerPool.start({
    count: workers,
    clock: systemClock,
    random: Math.random,
    log,
    start: (index) =>
      MediaWorker.start({
        index,
        clock: systemClock,
        workerBin: '',
        listenIp: '127.0.0.1',
        addresses: () => addresses.all,
        rtcPort: 0,
        pipeListen: { ip: '127.0.0.1', portRange: pipeRange(pipePorts) },
        maxConsumers,
      }),
  })
  const agent: Agent = await startAgent({
    node,
    boot: trust.mint(),
    version: 'test',
    listenHost: '127.0.0.1',
    port: options.port ?? 0,
    addresses,
    capacity: { consumersPerWorker: maxConsumers, egressBitsPerSecond: 1e9, ingressBitsPerSecond: 1e9, pipePorts },
    emptyTimeoutMs: options.emptyTimeoutMs ?? 60_000,
    workers,
    pool,
    keys: trust.keys,
    clock: systemClock,
    random: Math.random,
    log,
  })
  let stopped = false
  return {
    node,
    url: agent.url,
    pool,
    client: createNodeClient({ url: agent.url, bearer: () => orderBearer(trust, node), clock: systemClock }),
    async stop() {
      if (stopped) return
      stopped = true
      await agent.close()
      pool.close()
    },
  }
}
