import { startServerProcess } from '../operator/testing/processes/serverProcess.ts'
import type { LoadRun } from './allocator/generator.ts'
import { startReplicas } from './allocator/replicas.ts'
import { load } from './allocator/run.ts'

/** What the placement API does over HTTP, and what a server does that decides nothing. */
export interface AllocatorResult {
  readonly replicas: number
  /** The same requests to a bare server of the same library, as fast as the generator goes. */
  readonly bare: LoadRun
  readonly throughput: LoadRun
  /** The same, all to the leader: what passing on costs. */
  readonly leaderOnly: LoadRun
  /** At 1,000 a second. */
  readonly steady: LoadRun
  /** Processor seconds a thousand placements in the throughput run: of the leader, of each standby. */
  readonly cpuSecondsPerThousand: readonly number[]
}

const replicas = 3
const atOnce = 64
const warmUpMs = 3_000
const measuredMs = 10_000
const steadyPerSecond = 1_000

async function benchBare(of: { durationMs: number }): Promise<LoadRun> {
  const server = await startServerProcess({ entry: 'bench/allocator/bare.ts', flags: [], says: 'bare server' })
  try {
    const target = { urls: [server.url], token: 'none', namespace: 'default' }
    await load(target, { mode: 'closed', rate: atOnce, durationMs: warmUpMs })
    return await load(target, { mode: 'closed', rate: atOnce, ...of })
  } finally {
    await server.kill()
  }
}

/** Measures the placement API: operators as processes of their own, the load from another. */
export async function benchAllocator(): Promise<AllocatorResult> {
  const bare = await benchBare({ durationMs: measuredMs / 2 })
  const target = await startReplicas(replicas)
  try {
    await load(target, { mode: 'closed', rate: atOnce, durationMs: warmUpMs })
    const before = target.cpuSeconds()
    const throughput = await load(target, { mode: 'closed', rate: atOnce, durationMs: measuredMs })
    const used = target.cpuSeconds().map((seconds, index) => seconds - (before[index] ?? 0))
    const leader = { ...target, urls: target.urls.slice(0, 1) }
    const leaderOnly = await load(leader, { mode: 'closed', rate: atOnce, durationMs: measuredMs / 2 })
    const steady = await load(target, { mode: 'open', rate: steadyPerSecond, durationMs: measuredMs })
    const placements = throughput.answers + throughput.unmeasured
    const cpuSecondsPerThousand = used.map((seconds) => Math.round((seconds * 1e6) / placements) / 1e3)
    return { replicas, bare, throughput, leaderOnly, steady, cpuSecondsPerThousand }
  } finally {
    await target.close()
  }
}
