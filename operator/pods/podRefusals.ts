import { backoffMs } from '../../kit/backoff.ts'

/** Why a Pod was not made, last time. */
export interface PodRefusal {
  readonly reason: 'PodRefused' | 'NameTaken'
  /** What the API server said, and what to change. */
  readonly message: string
  /** Not to be tried before; monotonic milliseconds. */
  readonly notBeforeMs: number
}

/** What was refused may be allowed later: a namespace's label, a quota. Nobody tells the operator, so it asks again, ever more rarely. */
const retry = { firstMs: 10_000, maxMs: 300_000 }

/** The Pods that the API server would not make, by uid of their media node. */
export class PodRefusals {
  readonly #refusals = new Map<string, PodRefusal & { readonly attempts: number }>()
  readonly #random: () => number

  /** `random` yields [0, 1). */
  constructor(random: () => number) {
    this.#random = random
  }

  get(uid: string): PodRefusal | undefined {
    return this.#refusals.get(uid)
  }

  put(uid: string, refusal: Omit<PodRefusal, 'notBeforeMs'>, nowMs: number): void {
    const attempts = (this.#refusals.get(uid)?.attempts ?? 0) + 1
    this.#refusals.set(uid, { ...refusal, attempts, notBeforeMs: nowMs + backoffMs(retry, attempts, this.#random) })
  }

  forget(uid: string): void {
    this.#refusals.delete(uid)
  }
}
