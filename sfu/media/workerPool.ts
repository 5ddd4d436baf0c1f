import { backoffMs } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import type { WorkerDump } from '../api/dump.ts'
import { sfuErrors } from '../api/errors.ts'
import type { WorkerCounts } from './counts.ts'
import type { MediaProbe, MediaRouter } from './types.ts'
import type { WorkerBits } from './worker.ts'

/** A worker as its pool needs it. */
export interface PooledWorker {
  readonly index: number
  readonly pid: number
  readonly cpu: number
  readonly bits: WorkerBits
  readonly full: boolean
  readonly closed: boolean
  readonly counts: Readonly<WorkerCounts>
  onDied: (error: Error) => void
  createRouter(): Promise<MediaRouter>
  createProbe(): Promise<MediaProbe>
  measureCpu(): Promise<void>
  sampleBits(part: number, parts: number): Promise<void>
  dump(): Promise<WorkerDump>
  close(): void
}

/** Options of {@link WorkerPool}. */
export interface WorkerPoolOptions {
  readonly count: number
  readonly start: (index: number) => Promise<PooledWorker>
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly log: Log
}

/** How a dead worker's successor is started again when it will not start: its port may still be in use for a moment. */
const restartBackoff = { firstMs: 500, maxMs: 30_000 }
/** A worker that ends sooner did not last: the next one is started later. Longer than the longest wait, so that it never swings between the two. */
const lastsMs = 60_000

/** Least loaded first: CPU counts before numbers, numbers before order, so that empty workers fill in turn. */
function byLoad(a: PooledWorker, b: PooledWorker): number {
  const cpuSteps = Math.round(a.cpu * 10) - Math.round(b.cpu * 10)
  return cpuSteps || a.counts.consumers - b.counts.consumers || a.counts.routers - b.counts.routers || a.index - b.index
}

/** The workers of a node: a fixed number of places, each of which has a worker, or waits for its next one. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #places: (PooledWorker | undefined)[]
  #deaths = 0
  #closed = false

  private constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#places = Array.from({ length: options.count }, () => undefined)
  }

  /** Starts all workers; rejects where one does not start, with none left behind. */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options)
    const started = await Promise.allSettled(pool.#places.map((_, index) => options.start(index)))
    for (const result of started) if (result.status === 'fulfilled') pool.#place(result.value, 0)
    const failed = started.find((result) => result.status === 'rejected')
    if (failed) {
      pool.close()
      throw failed.reason as Error
    }
    return pool
  }

  /** The workers that run. */
  get workers(): readonly PooledWorker[] {
    return this.#places.filter((worker) => worker !== undefined)
  }

  /** How many workers died since the start. */
  get deaths(): number {
    return this.#deaths
  }

  /** Whether every place has a worker. */
  get whole(): boolean {
    return this.workers.length === this.#options.count
  }

  /** A router on the least loaded worker; raises `node_full` where all carry what they may, `unavailable` where none runs. */
  async createRouter(): Promise<MediaRouter> {
    if (this.workers.length === 0) throw commonErrors.raise.unavailable({ what: 'A media process' })
    const [worker] = this.workers.filter(({ full }) => !full).toSorted(byLoad)
    if (!worker) throw sfuErrors.raise.node_full({ limit: 'every media process carries as many consumers as it may' })
    return worker.createRouter()
  }

  close(): void {
    this.#closed = true
    for (const worker of this.workers) worker.close()
    this.#places.fill(undefined)
  }

  /** Gives a worker its place; `attempt` counts those that did not last there before it. */
  #place(worker: PooledWorker, attempt: number): void {
    const sinceMs = this.#options.clock.monotonicMs()
    const lost = (err: Error): void => {
      const lastedMs = this.#options.clock.monotonicMs() - sinceMs
      this.#lost(worker, { err, attempt: lastedMs < lastsMs ? attempt + 1 : 1 })
    }
    worker.onDied = lost
    // Its process may have ended before anybody listened, while others were still being started: as the least loaded one it would get every router.
    if (worker.closed) lost(new Error('it ended as soon as it had started'))
    else this.#places[worker.index] = worker
  }

  #lost({ index, counts }: PooledWorker, { err, attempt }: { err: Error; attempt: number }): void {
    this.#places[index] = undefined
    if (this.#closed) return
    this.#deaths++
    this.#options.log.error(
      { worker: index, count: counts.routers, attempt, err },
      'worker died; its segments are lost, it is started again',
    )
    this.#restart(index, attempt)
  }

  #restart(index: number, attempt: number): void {
    const { clock, random, start, log } = this.#options
    clock.after(backoffMs(restartBackoff, attempt, random), () => void again())
    const again = async (): Promise<void> => {
      if (this.#closed) return
      try {
        const worker = await start(index)
        if (this.#closed) return worker.close()
        this.#place(worker, attempt)
        if (!worker.closed) log.info({ worker: index, attempt }, 'worker is back')
      } catch (err) {
        log.error({ worker: index, attempt, err }, 'worker does not start')
        this.#restart(index, attempt + 1)
      }
    }
  }
}
