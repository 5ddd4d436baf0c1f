import { load } from './allocator/run.ts'
import type { LoadRun } from './allocator/generator.ts'
import { startReplicas } from './allocator/replicas.ts'

/** What the placement API does when it is asked as much for minutes. */
export interface SustainedResult {
  readonly replicas: number
  readonly perSecond: number
  readonly windows: readonly Window[]
  /** Of each replica, the leader first, once its garbage was collected: before the first window and after each. */
  readonly heapMegabytes: readonly (readonly number[])[]
}

/** A part of the run. */
export interface Window extends LoadRun {
  readonly seconds: number
  /** Processor seconds a thousand placements, the leader first. */
  readonly cpuSecondsPerThousand: readonly number[]
}

/** How much is measured. */
export interface SustainedOptions {
  readonly perSecond: number
  /** Before the first window: by 75 s as many seats, reservations and kept answers fall as are made, since an unused grant holds its seat for 70 s. */
  readonly settleMs: number
  readonly windows: number
  readonly windowMs: number
}

const replicas = 3
/** People come to as many meetings as stand for good, and leave as their unused grants lapse: then as many come as go. */
const standing = 20_000

/**
 * Joins at one pace over three replicas, window by window, of which only the pace of collections between two of them is not the operators' own: each replica is told
 * to collect its garbage, so that what it keeps can be compared. That takes a second or two, in which nobody joins.
 */
export async function benchSustained({ perSecond, settleMs, windows, windowMs }: SustainedOptions): Promise<SustainedResult> {
  const target = await startReplicas(replicas, { inspected: true })
  const joins = (durationMs: number) => load(target, { mode: 'open', rate: perSecond, durationMs, standing })
  try {
    await joins(settleMs)
    const heapMegabytes = [await target.heapMegabytes()]
    const measured: Window[] = []
    while (measured.length < windows) {
      const before = target.cpuSeconds()
      const run = await joins(windowMs)
      const used = target.cpuSeconds().map((seconds, index) => seconds - (before[index] ?? 0))
      const placements = run.answers + run.unmeasured
      const cpuSecondsPerThousand = used.map((seconds) => Math.round((seconds * 1e6) / placements) / 1e3)
      measured.push({ ...run, seconds: windowMs / 1_000, cpuSecondsPerThousand })
      heapMegabytes.push(await target.heapMegabytes())
    }
    return { replicas, perSecond, windows: measured, heapMegabytes }
  } finally {
    await target.close()
  }
}
