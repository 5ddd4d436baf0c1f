import { loadPeriodMs, loadStaleAfterMs, type LoadLine } from '../../sfu/api/load.ts'

/** Beats that are waited for so many times in a row are none of a backlog. */
const inTimeBeats = 2

/**
 * How late the lines of one load stream are. This process may have stood still (SIGSTOP, a frozen machine) or the network, and then reads at once
 * what was sent meanwhile: that is no sign of life. No two clocks are compared: what passes here between two lines and does not pass between the
 * beats by the node's own clock is how much later the next one is. Beats that come at their pace are in time, whatever that clock was set to.
 */
export class Lateness {
  #lateMs = 0
  #heardAtMs: number | undefined
  #beatAtMs: number | undefined
  #sentAtMs: number | undefined
  #inTime = 0

  /** Whether a line that is read at `nowMs` (monotonic) was sent so long ago that its node counts as silent since. */
  isLate(line: LoadLine, nowMs: number): boolean {
    this.#lateMs += nowMs - (this.#heardAtMs ?? nowMs)
    this.#heardAtMs = nowMs
    if (line.type === 'load') this.#beat(line.load.atMs, nowMs)
    return this.#lateMs > loadStaleAfterMs
  }

  #beat(sentAtMs: number, nowMs: number): void {
    const waitedMs = nowMs - (this.#beatAtMs ?? -Infinity)
    const isInTime = waitedMs >= loadPeriodMs / 2 && waitedMs <= loadPeriodMs * 2
    this.#inTime = isInTime ? this.#inTime + 1 : 0
    const passedMs = sentAtMs - (this.#sentAtMs ?? sentAtMs)
    this.#lateMs = this.#inTime >= inTimeBeats ? 0 : Math.max(0, this.#lateMs - passedMs)
    this.#beatAtMs = nowMs
    this.#sentAtMs = sentAtMs
  }
}
