import type { Clock } from '../../kit/clock.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Channel } from './changes.ts'

/** Whether this replica knows enough to decide: it has its objects, and each media node has said what it hosts. */
export interface Warmth {
  readonly ready: Promise<void>
  isReady(): boolean
  /** What is still missing, for the readiness probe. */
  missing(): readonly string[]
  /** Stops looking. */
  close(): void
}

/** A node that says nothing for this long does not hold up the others: a new leader serves within 2 s. */
const patienceMs = 1_500
const pollMs = 50

/**
 * Waits for the objects, then for a word of each media node that has an address: its hello, or the refusal of it. Once warm it stays warm: what
 * happens to a node after is told by its state.
 */
export function createWarmth(options: {
  ledger: Ledger
  clock: Clock
  /** Kinds of which the objects are not there yet. */
  unsynced: () => readonly string[]
  nodes: Channel
}): Warmth {
  const { ledger, clock, unsynced, nodes } = options
  let warm = false
  let syncedAtMs: number | undefined
  let resolve: () => void = () => undefined
  const ready = new Promise<void>((done) => (resolve = done))

  const unheard = (): string[] =>
    [...ledger.nodes.all()]
      .filter(
        ({ url, introduction, refusedAtMs, fault }) =>
          url !== undefined && introduction === undefined && refusedAtMs === undefined && fault === undefined,
      )
      .map(({ name }) => name)

  function look(): void {
    if (warm || unsynced().length > 0) return
    syncedAtMs ??= clock.monotonicMs()
    if (unheard().length > 0 && clock.monotonicMs() - syncedAtMs < patienceMs) return
    warm = true
    close()
    resolve()
  }

  const poll = clock.every(pollMs, look)
  const stop = nodes.on(look)
  const close = (): void => {
    poll.cancel()
    stop()
  }
  return {
    close,
    ready,
    isReady: () => warm,
    missing: () =>
      warm ? [] : [...unsynced().map((kind) => `objects of kind ${kind}`), ...unheard().map((node) => `a word of ${node}`)],
  }
}
