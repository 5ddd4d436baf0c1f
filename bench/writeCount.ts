import type { Call } from '../operator/testing/faults/callFault.ts'

/** The most writes within one second of the run, and within one minute. */
export interface Busiest {
  readonly second: number
  readonly minute: number
}

/** What was asked of an API server. Leases are apart: their holder renews them, whatever happens. */
export interface Requests {
  /** By verb and kind, as `create Meeting`. */
  readonly byVerb: Readonly<Record<string, number>>
  readonly reads: number
  readonly writes: number
  readonly leaseWrites: number
  readonly busiest: Busiest
}

const reads: ReadonlySet<string> = new Set(['list', 'get', 'watch'])
const secondMs = 1_000

/** The most of `times` (ascending) that lie within one window of that length. */
function mostWithin(times: readonly number[], lengthMs: number): number {
  let most = 0
  let first = 0
  for (const [index, atMs] of times.entries()) {
    while ((times[first] ?? 0) <= atMs - lengthMs) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}

/** Counts requests to an API server from {@link begin} on. */
export class RequestCount {
  readonly #nowMs: () => number
  #byVerb = new Map<string, number>()
  #times: number[] = []
  #reads = 0
  #leaseWrites = 0

  /** `nowMs` is a monotonic clock. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  begin(): void {
    this.#byVerb = new Map()
    this.#times = []
    this.#reads = 0
    this.#leaseWrites = 0
  }

  called({ verb, about }: Pick<Call, 'verb' | 'about'>): void {
    if (about === 'Lease') {
      if (!reads.has(verb)) this.#leaseWrites += 1
      return
    }
    const key = `${verb} ${about}`
    this.#byVerb.set(key, (this.#byVerb.get(key) ?? 0) + 1)
    if (reads.has(verb)) this.#reads += 1
    else this.#times.push(this.#nowMs())
  }

  sum(): Requests {
    return {
      byVerb: Object.fromEntries([...this.#byVerb].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      reads: this.#reads,
      writes: this.#times.length,
      leaseWrites: this.#leaseWrites,
      busiest: { second: mostWithin(this.#times, secondMs), minute: mostWithin(this.#times, 60 * secondMs) },
    }
  }
}
