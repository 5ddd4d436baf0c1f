import { backoffMs, type Backoff } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'

/**
 * How far apart a client takes places because its media is lost: the first at once, further ones ever later. Two nodes may well go one after
 * the other (a rollout, two drains), and a person should not wait for that; but where the way is blocked no node helps, and a meeting that
 * is cut off as a whole must not keep the operator busy.
 */
export const placeBackoff: Backoff = { firstMs: 2_000, maxMs: 60_000 }
/** A place that was kept this long was a good one: the next loss is the first again. */
export const placeKeptMs = 2 * placeBackoff.maxMs

/** Counts the places that one client takes because its media is lost. */
export interface Places {
  /** Whether another may be taken now; it counts as taken then. */
  take(): boolean
}

/** Makes {@link Places}. `random` yields [0, 1). */
export function createPlaces({ clock, random }: { readonly clock: Clock; readonly random: () => number }): Places {
  let taken = 0
  let takenAtMs = -Infinity
  let notBeforeMs = -Infinity
  return {
    take() {
      const nowMs = clock.monotonicMs()
      if (nowMs < notBeforeMs) return false
      taken = nowMs - takenAtMs >= placeKeptMs ? 1 : taken + 1
      takenAtMs = nowMs
      notBeforeMs = nowMs + backoffMs(placeBackoff, taken, random)
      return true
    },
  }
}
