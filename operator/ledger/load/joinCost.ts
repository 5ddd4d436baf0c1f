import type { Rights } from '../../../sfu/api/rights.ts'
import { cameraBitsPerSecond, screenBitsPerSecond, shownCameraBitsPerSecond, speakersAtOnce } from './bitRates.ts'
import { Estimate, noCost, type Cost, type Tracks } from './cost.ts'

/** A meeting, as far as a join's cost depends on it. */
export interface Audience {
  readonly mode: 'meeting' | 'stage'
  /** The seats that are taken, on all media nodes. */
  readonly everywhere: number
  /** Screens that are shared now. */
  readonly screens: number
}

/** A segment that is asked what a join costs it. */
export interface Place {
  /** The people there. */
  readonly people: number
  /** Pipes through which it sends what comes new: on the joined segment all, on others those to their leaves. */
  readonly pipes: number
}

/** A client shows at most about this many others at once; further ones are audio that last-N keeps few. */
const watchedAtMost = 25
/** Of a stage each watches about this many, since few publish. */
const watchedOnStage = 4
/** A meeting that begins is judged as if this many others were in it, so that a burst of first joins spreads. */
const othersAtLeast = 2
/** Microphone and camera: what others are expected to publish. */
const tracksEach = 2

const watchedOf = (others: number, mode: Audience['mode']): number =>
  Math.min(others, mode === 'stage' ? watchedOnStage : watchedAtMost)

/** What comes of so many others to somebody who watches them. */
const tracksOf = (people: number): Tracks => ({
  count: people * tracksEach,
  voices: Math.min(people, speakersAtOnce),
  pictureBitsPerSecond: people * shownCameraBitsPerSecond(people),
})

const screensOf = (screens: number): Tracks => ({
  count: screens,
  voices: 0,
  pictureBitsPerSecond: screens * screenBitsPerSecond,
})

/**
 * Whether somebody comes to share a screen. All may as a rule, and few do: those who may send no camera. Anybody else's screen counts from
 * when their media node tells of it.
 */
const comesWithScreen = (publish: Rights['publish']): boolean => publish.includes('screen') && !publish.includes('camera')

/** Somebody who joins, as far as the cost depends on them; the same for all segments. */
export interface Joiner {
  readonly subscribes: boolean
  /** What comes of them to each who watches: another voice only where the others are not enough to speak all the time. */
  readonly toEach: Tracks
  /** What they send to their media node, a camera in all its layers. */
  readonly sends: Pick<Tracks, 'voices' | 'pictureBitsPerSecond'>
}

/** Sums up what somebody with such rights brings into the meeting. */
export function joinerOf({ publish, subscribe }: Rights, { everywhere, mode }: Audience): Joiner {
  const voice = Number(publish.includes('microphone'))
  const camera = Number(publish.includes('camera'))
  const screen = Number(comesWithScreen(publish))
  const shown = shownCameraBitsPerSecond(watchedOf(Math.max(everywhere, othersAtLeast), mode))
  const screenBits = screen * screenBitsPerSecond
  return {
    subscribes: subscribe,
    toEach: {
      count: voice + camera + screen,
      voices: everywhere < speakersAtOnce ? voice : 0,
      pictureBitsPerSecond: camera * shown + screenBits,
    },
    sends: { voices: voice, pictureBitsPerSecond: camera * cameraBitsPerSecond + screenBits },
  }
}

/**
 * What a join costs the segment that takes it: what they get of the others and of the screens, and what of theirs goes to the people there
 * and into the pipes.
 */
export function costHere({ subscribes, toEach, sends }: Joiner, audience: Audience, { people, pipes }: Place): Cost {
  const cost = new Estimate()
  const { everywhere, mode, screens } = audience
  if (subscribes) {
    cost.sends(tracksOf(watchedOf(Math.max(everywhere, othersAtLeast), mode)), 1)
    if (screens > 0) cost.sends(screensOf(screens), 1)
  }
  if (toEach.count === 0) return cost
  cost.sends(toEach, Math.min(Math.max(people, othersAtLeast), watchedAtMost) + pipes)
  cost.receives(sends)
  return cost
}

/** What a join costs another segment: what of theirs comes by a pipe and goes on, to the people there who watch and to its leaves. */
export function costElsewhere({ toEach }: Joiner, { people, pipes }: Place): Cost {
  const receivers = Math.min(people, watchedAtMost) + pipes
  if (toEach.count === 0 || receivers === 0) return noCost
  const cost = new Estimate()
  cost.sends(toEach, receivers)
  cost.receives(toEach)
  return cost
}

/** What a segment that is opened costs its media node beside the join: its pipes, and what comes through them. */
export function costOfOpening({ mode, everywhere, screens }: Audience, pipes: number): Cost {
  if (pipes === 0) return noCost
  const cost = new Estimate()
  cost.opensPipes(pipes)
  cost.receives(tracksOf(watchedOf(everywhere, mode)))
  cost.receives(screensOf(screens))
  return cost
}

/** What another segment's end of a pipe to a new segment costs: its people go through it, and so do its screens. */
export function costOfPipe({ mode }: Audience, { people, screens }: { people: number; screens: number }): Cost {
  const cost = new Estimate()
  cost.opensPipes(1)
  cost.sends(tracksOf(watchedOf(people, mode)), 1)
  cost.sends(screensOf(screens), 1)
  return cost
}

/** What it costs a segment that somebody on it (`from` here) or on another segment begins to share so many screens. */
export function costOfScreens(screens: number, { people, pipes, here }: Place & { readonly here: boolean }): Cost {
  const cost = new Estimate()
  const shared = screensOf(screens)
  cost.sends(shared, (here ? Math.max(people - 1, 0) : people) + pipes)
  cost.receives(shared)
  return cost
}

/**
 * What the people of a meeting make on one media node who are expected and have not come: each gets what about all others publish, as far
 * as a client shows it, and sends their own.
 */
export function costToCome(
  people: { readonly expected: number; readonly seats: number },
  { mode, screens }: Pick<Audience, 'mode' | 'screens'>,
): Cost {
  const coming = Math.max(people.expected - people.seats, 0)
  if (coming === 0) return noCost
  const cost = new Estimate()
  const watched = watchedOf(people.expected - 1, mode)
  cost.sends(tracksOf(watched), coming)
  cost.sends(screensOf(screens), coming)
  const publishing = mode === 'stage' ? Math.min(coming, watchedOnStage) : coming
  cost.receives({ voices: publishing, pictureBitsPerSecond: publishing * cameraBitsPerSecond })
  return cost
}
