import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { Fence, SegmentRole } from '../api/order.ts'
import type { Speakers } from '../api/session.ts'
import type { PipeEnd } from '../media/types.ts'
import type { SegmentRoster } from '../segment/roster.ts'
import type { Speaker } from '../segment/speakers.ts'
import type { TrackTable } from '../segment/tracks.ts'
import type { Wants } from '../segment/wants.ts'

/** What an edge needs of the segment that it belongs to. */
export interface EdgeHost {
  readonly node: string
  readonly boot: string
  /** Of the contract between media nodes that this one speaks. */
  readonly edgeVersion: number
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly log: Log
  readonly roster: SegmentRoster
  readonly tracks: TrackTable
  readonly wants: Wants
  readonly role: () => SegmentRole
  readonly fence: () => Fence
  /** The role of another peer, by which forwarding is judged; `core` for one that is not known. */
  readonly roleOf: (node: string) => SegmentRole
  /** Whether the order of this segment names the node. */
  readonly isOrdered: (node: string) => boolean
  readonly createPipe: () => Promise<PipeEnd>
  readonly hearLevels: (from: string, levels: readonly Speaker[]) => void
  readonly hearSpeakers: (from: string, author: string, list: Speakers) => void
  /** A peer has another role now. */
  readonly onRoleChange: () => void
  /** An edge came up or went down, or its peer has another role now. */
  readonly onEdgeChange: (node: string) => void
}
