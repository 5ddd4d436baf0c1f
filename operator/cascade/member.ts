import type { SegmentRole } from '../../sfu/api/order.ts'

/** How many pipes of one meeting a media node can carry, and what bounds them in words: `pipe ports` or `egress`. */
export interface PipeBudget {
  /** Those that it has and those that it has room for. */
  readonly atMost: number
  readonly boundBy: string
}

/** A segment, as far as the cascade depends on it. */
export interface CascadeMember {
  readonly node: string
  readonly region: string
  /** Part of the region: a pipe to another costs money. Undefined where it is not known. */
  readonly zone?: string | undefined
  /** When it was made, in milliseconds, by the wall clock of its node: these may differ a little, and only the order of ages hangs on it. */
  readonly sinceMs: number
  /** Its role at the moment, where it has one. */
  readonly role?: SegmentRole | undefined
  /** The core that it hangs on at the moment, where it is a leaf. */
  readonly parent?: string | undefined
  /** Its node drains: it is no core where another can be. */
  readonly draining?: boolean | undefined
  readonly people: number
  /** How many of them publish. */
  readonly publishers: number
  /** Undefined where no bound is known. */
  readonly pipes?: PipeBudget | undefined
}

/** What the meeting asks for. */
export interface CascadeWish {
  /** `Auto`: a mesh up to {@link meshAtMost} segments, then a core with leaves; `Mesh` and `Star`: always that, where it can be. */
  readonly topology: 'Auto' | 'Mesh' | 'Star'
  /** `stage`: few publish and many watch, so those who publish are in the core. */
  readonly mode: 'meeting' | 'stage'
}

/** Up to this many segments all are cores, each with a pipe to each other: 6 pipes, one hop. */
export const meshAtMost = 4
/** A star goes back to a mesh only below this, so that one join more or less does not turn everything around. */
export const starAtLeast = 4
/** The core is a mesh itself, with the same bound. */
export const coresAtMost = meshAtMost

/** How many pipes the segment can have in this meeting. */
export const roomOf = ({ pipes }: CascadeMember): number => pipes?.atMost ?? Number.POSITIVE_INFINITY

/** Whether the segments are ordered as a core with leaves at the moment: in a mesh a role says nothing about who should be core. */
export const isTree = (members: readonly CascadeMember[]): boolean => members.some(({ role }) => role === 'leaf')

/** Oldest first; the name decides between equals, so that every replica plans the same. */
export const byAge = (a: CascadeMember, b: CascadeMember): number => a.sinceMs - b.sinceMs || (a.node < b.node ? -1 : 1)

/** Whether two segments of one region are known to stand in one zone of it. */
export const isBeside = (a: CascadeMember, b: CascadeMember): boolean => a.zone !== undefined && a.zone === b.zone
