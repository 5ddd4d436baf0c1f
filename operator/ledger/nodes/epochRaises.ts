/** How far beyond what is known the epoch rises for one media node, each time within this time: another leader's orders need it once, rarely twice. */
const steps = [0, 32, 1_024] as const
const withinMs = 3 * 60_000

/** What is wrong with a node for which it rose so often. */
export const refusesAll = `refuses orders for their epoch though that has risen ${steps.length} times for it within ${withinMs / 60_000} minutes`

/** What a media node made of it that our epoch rises. */
interface Raises {
  /** The highest epoch whose order it refused. */
  epoch: number
  atMs: number[]
}

/**
 * For which media nodes the epoch was raised. One that refuses orders whatever their epoch would raise it at the pace of retries, and
 * every rise costs all meetings an order. Times are monotonic milliseconds.
 */
export class EpochRaises {
  readonly #byNode = new Map<string, Raises>()

  /**
   * How far the epoch is to rise beyond what is known, since `node` refused an order for its `epoch`: each time further, as what it knows of another
   * leader need not have been told. Undefined where it rose often enough. Refusals of one epoch are one reason.
   */
  beyond(node: string, epoch: number, nowMs: number): number | undefined {
    const known = this.#byNode.get(node) ?? { epoch: Number.NEGATIVE_INFINITY, atMs: [] }
    if (epoch <= known.epoch) return 0
    const atMs = known.atMs.filter((each) => nowMs - each < withinMs)
    const step = steps[atMs.length]
    if (step !== undefined) this.#byNode.set(node, { epoch, atMs: [...atMs, nowMs] })
    return step
  }

  forget(node: string): void {
    this.#byNode.delete(node)
  }
}
