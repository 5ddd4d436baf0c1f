import type { Rights } from '../../sfu/api/rights.ts'

/** What one more participant will probably cost, in consumers, on the segment that takes them and on each other one. */
export interface ExpectedConsumers {
  readonly here: number
  readonly elsewhere: number
}

/** A client shows at most about this many others at once; further ones are audio that last-N keeps few. */
const watchedAtMost = 25
/** A meeting that begins is judged as if this many others were in it, so that a burst of first joins spreads. */
const othersAtLeast = 2
/** Microphone and camera: what others are expected to publish. */
const tracksEach = 2

/**
 * Estimates the consumers that a join makes: theirs of the others, and those of the others of theirs. `here` and `elsewhere` are the
 * people on the segment that takes them and on one other segment.
 */
export function expectedConsumers(
  rights: Rights,
  people: { here: number; everywhere: number; elsewhere: number },
): ExpectedConsumers {
  const watched = Math.min(Math.max(people.everywhere, othersAtLeast), watchedAtMost)
  const own = rights.subscribe ? watched * tracksEach : 0
  const published = Math.min(rights.publish.length, tracksEach)
  const watchers = Math.min(Math.max(people.here, othersAtLeast), watchedAtMost)
  return { here: own + published * watchers, elsewhere: published * Math.min(people.elsewhere, watchedAtMost) }
}
