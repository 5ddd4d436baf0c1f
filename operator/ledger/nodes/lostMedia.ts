/** For so long a report of lost media counts: others whom the same fault meets come within seconds of each other. */
export const lostMediaCountsMs = 30_000
/** Of one media node; two are enough, so the longest known go first. */
const reportsAtMost = 100

/** Somebody lost their media on a media node, by the word of the signaling service that speaks for them. */
export interface LostMediaReport {
  /** As the placement API knows them: `namespace/participant`. */
  readonly participant: string
  /** Name of the placement token. */
  readonly bearer: string
}

/** Who lost their media on one media node lately. */
export class LostMedia {
  /** In the order in which they were told last. */
  readonly #reports = new Map<string, LostMediaReport & { readonly atMs: number }>()

  note(report: LostMediaReport, nowMs: number): void {
    const key = `${report.bearer} ${report.participant}`
    this.#reports.delete(key)
    this.#reports.set(key, { ...report, atMs: nowMs })
    const [oldest] = this.#reports.keys()
    if (this.#reports.size > reportsAtMost && oldest !== undefined) this.#reports.delete(oldest)
  }

  /**
   * The sign in words, where it is one: two participants tell it, or two signaling services. The words do not count further, since
   * they stand in status.
   */
  sign(nowMs: number): string | undefined {
    const fresh = [...this.#reports.values()].filter(({ atMs }) => nowMs - atMs < lostMediaCountsMs)
    if (new Set(fresh.map(({ participant }) => participant)).size > 1) return 'several people lost their media on it'
    if (new Set(fresh.map(({ bearer }) => bearer)).size > 1) return 'several signaling services report lost media on it'
    return undefined
  }
}
