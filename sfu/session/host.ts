import type { Clock } from '../../kit/clock.ts'
import type { MediaRouter } from '../media/types.ts'
import type { SegmentRoster } from '../segment/roster.ts'
import type { TrackTable } from '../segment/tracks.ts'
import type { Wants } from '../segment/wants.ts'

/** What a session needs of the segment that it is in. */
export interface SessionHost {
  readonly node: string
  readonly clock: Clock
  readonly router: MediaRouter
  readonly roster: SegmentRoster
  readonly tracks: TrackTable
  readonly wants: Wants
  /** Resolves when the edge towards `author` has taken in that the track is wanted; raises `pipe_unavailable` where there is none. */
  confirmWant(author: string, trackId: string): Promise<void>
}
