import type { Clock } from '../../kit/clock.ts'
import type { PeerAddress } from '../api/grant.ts'

/** Options of {@link FallbackProber}. */
export interface FallbackProberOptions {
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  /** Asks a node which incarnations of the meeting it hosts; rejects where it cannot be asked. */
  readonly ask: (peer: PeerAddress, signal: AbortSignal) => Promise<readonly string[]>
  readonly incarnation: string
  /** Whether the segment still is without an order. */
  readonly goesOn: () => boolean
  /** A peer hosts this very meeting. */
  readonly onFound: (peer: PeerAddress) => void
}

/** Peers are asked again after this and up to as much more: the other node may be placed on only now. */
const askPeriodMs = 2_000

/**
 * Signaling placed by itself, so nobody ordered edges: this node asks the others of the ranking whether they host the same incarnation,
 * at once and then again and again while the segment has no order. Another incarnation of the name is another meeting here.
 */
export class FallbackProber {
  readonly #options: FallbackProberOptions
  readonly #peers = new Map<string, PeerAddress>()
  readonly #end = new AbortController()
  #running = false

  constructor(options: FallbackProberOptions) {
    this.#options = options
  }

  /** Adds peers that a grant named; a later token for one takes the place of an earlier. */
  add(peers: readonly PeerAddress[]): void {
    for (const peer of peers) this.#peers.set(peer.node, peer)
    if (this.#running) return
    this.#running = true
    void this.#run()
  }

  /** Whether the segment was adopted or closed, so that nothing is asked any more. */
  get done(): boolean {
    return !this.#running
  }

  close(): void {
    this.#end.abort(new Error('the segment is closed'))
  }

  async #run(): Promise<void> {
    const { clock, random, goesOn } = this.#options
    while (!this.#end.signal.aborted && goesOn()) {
      await Promise.all([...this.#peers.values()].map((peer) => this.#ask(peer)))
      await clock.sleep(askPeriodMs * (1 + random()), this.#end.signal).catch(() => undefined)
    }
    this.#running = false
  }

  async #ask(peer: PeerAddress): Promise<void> {
    const { ask, incarnation, goesOn, onFound } = this.#options
    const incarnations: readonly string[] = await ask(peer, this.#end.signal).catch(() => [])
    if (incarnations.includes(incarnation) && goesOn() && !this.#end.signal.aborted) onFound(peer)
  }
}
