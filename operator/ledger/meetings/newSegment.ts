import { HeldPlaces } from './heldPlaces.ts'
import type { Segment } from './meetingEntry.ts'
import { noPipesDown } from './pipesDown.ts'

/** What is known of a segment when it is opened or found. */
export type SegmentDraft = Pick<Segment, 'node' | 'why' | 'openedAtMs'> & {
  readonly expectedWorker?: number | undefined
  /** The node, where it was chosen just now: it has not to be looked up by its name. */
  readonly host?: Segment['host']
}

/** A segment of which its node has told nothing yet. All of them have all members, in one order: they are read at every join. */
export const newSegment = ({ node, host, why, openedAtMs, expectedWorker }: SegmentDraft, crowd: Segment['crowd']): Segment => ({
  node,
  host,
  number: host?.number ?? -1,
  crowd,
  why,
  openedAtMs,
  report: undefined,
  pipesDown: noPipesDown,
  emptySinceMs: undefined,
  ordered: undefined,
  places: new HeldPlaces(),
  expectedWorker,
  screens: 0,
  screenReservation: undefined,
  toCome: undefined,
  closing: false,
})
