import type { Clock, Timer } from '../kit/clock.ts'
import { probeLifetimeMs, type Probe } from './api/probe.ts'
import type { MediaProbe } from './media/types.ts'
import type { PooledWorker } from './media/workerPool.ts'

/** The probes of a node: one a media process, for a while. Asked anew, it makes others and closes those. */
export class Probes {
  readonly #clock: Clock
  readonly #workers: () => readonly Pick<PooledWorker, 'createProbe'>[]
  #open: readonly MediaProbe[] = []
  #timer: Timer | undefined

  constructor(options: { clock: Clock; workers: () => readonly Pick<PooledWorker, 'createProbe'>[] }) {
    this.#clock = options.clock
    this.#workers = options.workers
  }

  /** Makes probes in all media processes that run; rejects where one cannot, with none left behind. */
  async make(): Promise<readonly Probe[]> {
    this.close()
    const made = await Promise.allSettled(this.#workers().map((worker) => worker.createProbe()))
    const probes = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const failed = made.find((each) => each.status === 'rejected')
    if (failed) {
      for (const each of probes) each.close()
      throw failed.reason as Error
    }
    this.close() // Another call may have made some meanwhile.
    this.#open = probes
    this.#timer = this.#clock.after(probeLifetimeMs, () => this.close())
    return probes.map(({ probe }) => probe)
  }

  close(): void {
    this.#timer?.cancel()
    for (const probe of this.#open) probe.close()
    this.#open = []
  }
}
