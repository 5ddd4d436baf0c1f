import { z } from 'zod'

import { meetingName, namespaceName } from './identity.ts'
import { wallMs } from './limits.ts'
import { term } from './term.ts'

/** `PUT /v1/drain` (bearer: an `order` token) takes a {@link DrainOrder} and answers a {@link DrainReport}. */
export const drainPath = '/v1/drain'

/** Why a drain is, and by when it ends, for the people who read logs and status. */
export const drainReason = z.string().min(1, 'must not be empty').max(1_024, 'must be at most 1024 characters long')

/** A meeting, whatever its incarnation: `namespace/name`. */
const meetingOfNamespace = z
  .string()
  .max(127)
  .refine((key) => {
    const [namespace, name, ...rest] = key.split('/')
    return rest.length === 0 && namespaceName.safeParse(namespace).success && meetingName.safeParse(name).success
  }, 'must be NAMESPACE/NAME of a meeting')

/** How a node tells its people to go where its order says nothing else, so that a meeting goes on while they move. */
export const drainPace = {
  /** People a second who leave one node. */
  peoplePerSecond: 20,
  /** Of one meeting at most this share of its people is under way at a time, or one person where that is more. */
  share: 0.1,
  /** For how long somebody who was told to go counts as under way: finding another place, ICE and DTLS take one to three seconds. */
  settleMs: 3_000,
} as const

/** How many people of a meeting of `size` people, wherever they are, may be under way at a time. */
export const underWayAtMost = (size: number): number => Math.max(1, Math.floor(size * drainPace.share))

/** A part of a meeting's budget: of so many media nodes that are emptied at once, which one this is. */
export interface DrainShare {
  /** How many are emptied that have people of the meeting. */
  readonly nodes: number
  /** 0 to `nodes` - 1, another for each. */
  readonly part: number
}

/**
 * The part of {@link underWayAtMost} that one of several media nodes may use: they add up to the whole where all know the meeting's size alike. Of a
 * small meeting the later ones get none, and wait until the others are done.
 */
export function underWayHere(size: number, share: DrainShare | undefined): number {
  const whole = underWayAtMost(size)
  if (share === undefined) return whole
  return Math.floor(whole / share.nodes) + (share.part < whole % share.nodes ? 1 : 0)
}

/** A meeting on a node that is emptied. */
export interface LeavingPart {
  /** How many of its people here have yet to be told, and how many were told within {@link drainPace}.settleMs. */
  readonly left: number
  readonly underWay: number
  /** How many people it has, here and on other nodes. */
  readonly of: number
  readonly share: DrainShare | undefined
}

/**
 * Whether one more of its people may be told `leftMs` before the deadline: within this node's part of the meeting's budget, or as it takes for all
 * to have settled by then, since a place that is sought is better than a connection that is closed. One at a time is no reason yet to go before
 * other nodes are done.
 */
export function mayGoNow({ left, underWay, of, share }: LeavingPart, leftMs: number): boolean {
  if (leftMs <= drainPace.settleMs) return true
  const atATime = ((left + underWay) * drainPace.settleMs) / leftMs
  return underWay < Math.max(underWayHere(of, share), atATime > 1 ? Math.ceil(atATime) : 0)
}

/** As many media nodes as a meeting stands on. */
const nodesAtMost = 64

/** What the operator wants of a drain. */
export const drainWish = z.object({
  reason: drainReason,
  /** Wall clock: whoever is left then is told and closed. One that has passed means now. */
  deadlineAtMs: wallMs,
  /** Meetings whose people have nowhere to go at the moment, or are not to be moved: they stay until that changes, or until the deadline. */
  stay: z.array(meetingOfNamespace).max(10_000),
  /** Meetings of which only the audience goes: whoever may publish stays until that changes, or until the deadline. */
  publishersStay: z.array(meetingOfNamespace).max(10_000).optional(),
  /** Meetings that other nodes are emptied of at the same time: the budget of each is divided among them all. Absent: it is this node's. */
  shared: z
    .array(
      z.object({
        meeting: meetingOfNamespace,
        nodes: z.int().min(2).max(nodesAtMost),
        part: z
          .int()
          .min(0)
          .max(nodesAtMost - 1),
      }),
    )
    .max(10_000)
    .optional(),
  /** People a second who are told to go; absent means {@link drainPace}. */
  pace: z.int().min(1).max(100).optional(),
})
export type DrainWish = z.infer<typeof drainWish>

/**
 * The whole wish, each time: the same again changes nothing, another one takes its place. While a node drains it refuses new attachments
 * and new segments with `node_draining`; orders to segments that it has are taken as ever. Fenced by the term alone.
 */
export const drainOrder = z.discriminatedUnion('draining', [
  z.object({ ...term.shape, draining: z.literal(true), ...drainWish.shape }),
  z.object({ ...term.shape, draining: z.literal(false) }),
])
export type DrainOrder = z.infer<typeof drainOrder>

/** How far a drain is, as the node itself says. Without `ordered` and `stopsAtMs` it takes work as ever. */
export const drainReport = z.object({
  /** What was ordered last. */
  ordered: drainWish.optional(),
  /** The node was told to stop: it drains until then, whatever is ordered, and ends. */
  stopsAtMs: wallMs.optional(),
  /** It drains, nobody is on it, and no other node depends on it. */
  drained: z.boolean(),
  /** People who are on it still. */
  left: z.int().min(0),
  /** People who were told to go since it began. */
  moved: z.int().min(0),
  /** People who stay since the order says so of those who may publish, by meeting; the first hundred. */
  staying: z
    .array(z.object({ meeting: meetingOfNamespace, people: z.int().min(1) }))
    .max(100)
    .optional(),
})
export type DrainReport = z.infer<typeof drainReport>

/** Whether a node refuses new work. */
export const isDraining = (report: Pick<DrainReport, 'ordered' | 'stopsAtMs'> | undefined): boolean =>
  report?.ordered !== undefined || report?.stopsAtMs !== undefined
