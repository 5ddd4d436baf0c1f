import type { Clock, Timer } from '../../kit/clock.ts'

/** How often the pulse is felt. */
export const pulsePeriodMs = 500
/** This long without a single packet, nothing comes from the media node any more: its receiver reports alone come every second. */
export const pulseLostMs = 3_000
/** This long is enough while a picture comes: its packets come many times a second. */
export const pictureLostMs = 1_000

/** Options of {@link createPulse}. */
export interface PulseOptions {
  readonly clock: Clock
  /** A number that grows with everything that comes from the media node; undefined where nothing could come. */
  readonly count: () => Promise<number | undefined>
  /** Whether a picture comes now, if anything does. */
  readonly hasPicture: () => boolean
  /** Called again and again for as long as nothing comes. */
  readonly onLost: () => void
}

/** Feels whether a media node is alive, for as long as there is reason to doubt it. */
export interface Pulse {
  /** Begins, or goes on. */
  start(): void
  stop(): void
}

/**
 * Makes a {@link Pulse}. Signaling that cannot reach a media node does not know whether the node is dead or only the way to it; a client
 * that still receives does.
 */
export function createPulse({ clock, count, hasPicture, onLost }: PulseOptions): Pulse {
  let timer: Timer | undefined
  let last: number | undefined
  let changedAtMs = 0

  async function feel(current: Timer): Promise<void> {
    const now = await count()
    if (timer !== current) return
    if (now === undefined || now !== last) changedAtMs = clock.monotonicMs()
    last = now
    if (clock.monotonicMs() - changedAtMs >= (hasPicture() ? pictureLostMs : pulseLostMs)) onLost()
  }

  function stop(): void {
    timer?.cancel()
    timer = undefined
  }

  return {
    start() {
      if (timer) return
      last = undefined
      changedAtMs = clock.monotonicMs()
      const started = clock.every(pulsePeriodMs, () => void feel(started))
      timer = started
    },
    stop,
  }
}
