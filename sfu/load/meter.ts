import type { Clock, Timer } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { loadPeriodMs, type NodeLoad, type WorkerLoad } from '../api/load.ts'
import type { PooledWorker } from '../media/workerPool.ts'

/** Options of {@link LoadMeter}. */
export interface LoadMeterOptions {
  readonly clock: Clock
  readonly log: Log
  /** How many workers there should be; one that is dead counts as busy. */
  readonly places: number
  readonly workers: () => readonly PooledWorker[]
  readonly participants: () => number
  readonly onLoad: (load: NodeLoad) => void
}

/** Each transport is asked for its bit rates once in so many periods. */
const bitsParts = 3
/** A place whose worker died takes nothing until the next one is up: unknown is not zero. */
const deadWorker: WorkerLoad = { cpu: 1, routers: 0, transports: 0, producers: 0, consumers: 0 }

/** Measures the node once a second. A worker that does not answer holds nobody up. */
export class LoadMeter {
  readonly #options: LoadMeterOptions
  readonly #timer: Timer
  /** Workers that owe an answer. */
  readonly #asked = new WeakSet<PooledWorker>()
  #round = 0

  constructor(options: LoadMeterOptions) {
    this.#options = options
    this.#timer = options.clock.every(loadPeriodMs, () => {
      this.#measure()
      options.onLoad(this.load())
    })
  }

  /** The load as it was measured last, with the counts of now. */
  load(): NodeLoad {
    const { clock, places, workers, participants } = this.#options
    const running = workers()
    const sum = (of: (worker: PooledWorker) => number): number => running.reduce((so, worker) => so + of(worker), 0)
    const pipes = sum(({ counts }) => counts.pipes)
    return {
      atMs: Math.floor(clock.nowMs()),
      workers: Array.from({ length: places }, (_, index) => {
        const worker = running.find((each) => each.index === index)
        if (!worker) return deadWorker
        const { routers, transports, producers, consumers } = worker.counts
        return { cpu: worker.cpu, routers, transports, producers, consumers }
      }),
      egressBitsPerSecond: sum(({ bits }) => bits.egress),
      ingressBitsPerSecond: sum(({ bits }) => bits.ingress),
      pipes,
      pipePorts: pipes,
      participants: participants(),
    }
  }

  close(): void {
    this.#timer.cancel()
  }

  #measure(): void {
    const part = this.#round++ % bitsParts
    for (const worker of this.#options.workers()) if (!this.#asked.has(worker)) void this.#ask(worker, part)
  }

  async #ask(worker: PooledWorker, part: number): Promise<void> {
    this.#asked.add(worker)
    try {
      await Promise.all([worker.measureCpu(), worker.sampleBits(part, bitsParts)])
    } catch (err) {
      this.#options.log.debug({ worker: worker.index, err }, 'a worker could not be measured')
    } finally {
      this.#asked.delete(worker)
    }
  }
}
