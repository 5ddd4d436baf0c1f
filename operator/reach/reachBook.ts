import type { Reach } from './judge.ts'

/** How often a node is tried. */
export const reachPeriodMs = 60_000
/** How soon one that did not answer is tried again before that is told: a packet may get lost, a node may be busy. */
const againMs = 5_000
/** Rounds without an answer before that is told. */
const failuresToTell = 2
/** Both vary by up to this share, so that nodes are not tried all at once. */
const jitter = 0.2

interface Page {
  /** What was tried: the node's boot and addresses. */
  readonly subject: string
  readonly nextAtMs: number
  readonly failures: number
  readonly told: Reach | undefined
}

const failuresBefore = (page: Page | undefined, subject: string): number => (page?.subject === subject ? page.failures : 0)

const isSame = (a: Reach | undefined, b: Reach | undefined): boolean => a?.status === b?.status && a?.message === b?.message

/** What the leader found out about who can be reached, and who is to be tried when. Times are monotonic. */
export class ReachBook {
  readonly #random: () => number
  readonly #pages = new Map<string, Page>()

  /** `random` yields [0, 1). */
  constructor(random: () => number) {
    this.#random = random
  }

  /** What is known of a node; undefined before a round has come to a word. */
  of(node: string): Reach | undefined {
    return this.#pages.get(node)?.told
  }

  /** When the node is to be tried next: at once where it has another boot or other addresses than last time. */
  dueAtMs(node: string, subject: string): number {
    const page = this.#pages.get(node)
    return page?.subject === subject ? page.nextAtMs : 0
  }

  /** Enters a round. Returns whether there is something else to tell. */
  enter(node: string, round: { subject: string; reach: Reach; nowMs: number }): boolean {
    const { subject, reach, nowMs } = round
    const page = this.#pages.get(node)
    const failures = reach.status === 'False' ? failuresBefore(page, subject) + 1 : 0
    const isFirm = failures === 0 || failures >= failuresToTell
    const told = isFirm ? reach : page?.told
    const periodMs = (isFirm ? reachPeriodMs : againMs) * (1 - jitter / 2 + this.#random() * jitter)
    this.#pages.set(node, { subject, failures, told, nextAtMs: nowMs + periodMs })
    return !isSame(told, page?.told)
  }

  /** The node is not there any more, or is dead: what was found out counts no longer. */
  forget(node: string): void {
    this.#pages.delete(node)
  }
}
