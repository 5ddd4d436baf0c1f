import type { SentWrite } from '../world/simulatedOperator.ts'
import type { Check } from './check.ts'

/** What an operator promises the API server: 20 writes a second after 100 at once, in every window of time. */
const promised = { perSecond: 20, burst: 100 }
/** Rounding of the bucket's own clock. */
const slack = 1e-6

/** Every window of time holds as many writes at most as a bucket of tokens lets through; the Lease is not among them. */
export class WriteRate implements Check {
  readonly faults: string[] = []
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>()

  sent({ operator, atMs, verb, kind }: SentWrite): void {
    if (kind === 'Lease') return
    const { tokens, atMs: before } = this.#buckets.get(operator) ?? { tokens: promised.burst, atMs }
    const left = Math.min(promised.burst, tokens + ((atMs - before) / 1_000) * promised.perSecond) - 1
    if (left < -slack) this.faults.push(`${operator} writes faster than its bucket: ${verb} ${kind} at ${atMs}`)
    this.#buckets.set(operator, { tokens: Math.max(0, left), atMs })
  }
}
