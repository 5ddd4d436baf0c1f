import type { Rights } from '../../sfu/api/rights.ts'

/** A client shows at most about this many others at once; further ones are audio that last-N keeps few. */
const watchedAtMost = 25
/** A meeting that begins is judged as if this many others were in it, so that a burst of first joins spreads. */
const othersAtLeast = 2
/** Microphone and camera: what others are expected to publish. */
const tracksEach = 2

const published = (rights: Rights): number => Math.min(rights.publish.length, tracksEach)

/**
 * The consumers that a join makes on the segment that takes it: theirs of the others, `everywhere` in the meeting, and those of the others,
 * `here` on the segment, of theirs.
 */
export function consumersHere(rights: Rights, people: { here: number; everywhere: number }): number {
  const watched = Math.min(Math.max(people.everywhere, othersAtLeast), watchedAtMost)
  const watchers = Math.min(Math.max(people.here, othersAtLeast), watchedAtMost)
  return (rights.subscribe ? watched * tracksEach : 0) + published(rights) * watchers
}

/** The consumers that a join makes on another segment, where so many people are who may watch. */
export const consumersElsewhere = (rights: Rights, people: number): number => published(rights) * Math.min(people, watchedAtMost)

/** Of a stage each watches about this many, since few publish. */
const watchedOnStage = 4

/**
 * The consumers on one media node that the people of a meeting make who are expected and have not come: each of what about all others
 * publish, as far as a client shows it.
 */
export function consumersToCome(people: { expected: number; seats: number }, mode: 'meeting' | 'stage'): number {
  const watched = Math.min(people.expected - 1, mode === 'stage' ? watchedOnStage : watchedAtMost)
  return Math.max(people.expected - people.seats, 0) * watched * tracksEach
}
