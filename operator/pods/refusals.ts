import { backoffMs } from '../../kit/backoff.ts'

/** Why the API server did not let something be made, last time. */
export interface Refusal {
  /** Of a Pod, or of what a pool makes. */
  readonly reason: 'PodRefused' | 'NameTaken' | 'CreateRefused'
  /** What the API server said, and what to change. */
  readonly message: string
  /** Not to be tried before; monotonic milliseconds. */
  readonly notBeforeMs: number
}

/** What was refused may be allowed later: a namespace's label, a quota. Nobody tells the operator, so it asks again, ever more rarely. */
const retry = { firstMs: 10_000, maxMs: 300_000 }

/** What the API server would not let be made, by uid of the media node or of the pool that it was for. */
export class Refusals {
  readonly #refusals = new Map<string, Refusal & { readonly attempts: number }>()
  readonly #random: () => number

  /** `random` yields [0, 1). */
  constructor(random: () => number) {
    this.#random = random
  }

  get(uid: string): Refusal | undefined {
    return this.#refusals.get(uid)
  }

  put(uid: string, refusal: Omit<Refusal, 'notBeforeMs'>, nowMs: number): void {
    const attempts = (this.#refusals.get(uid)?.attempts ?? 0) + 1
    this.#refusals.set(uid, { ...refusal, attempts, notBeforeMs: nowMs + backoffMs(retry, attempts, this.#random) })
  }

  forget(uid: string): void {
    this.#refusals.delete(uid)
  }
}
