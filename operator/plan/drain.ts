import type { MediaNodeStatus } from '../../crds/index.ts'
import { kubeTime } from '../../kit/kubeTime.ts'
import type { DrainWish } from '../../sfu/api/drain.ts'
import type { BlockedMeeting, DrainView } from '../view/drainView.ts'
import type { MediaNodeView } from '../view/mediaNodeView.ts'
import { fitting } from './planned.ts'
import { peopleStep } from './steps.ts'

/** What a node is to be told of its drain: the order but for the epoch. */
export type PlannedDrain = ({ readonly draining: true } & DrainWish) | { readonly draining: false }

/** How often a drain is looked at: whether its people have somewhere to go changes with the load of other nodes. */
export const drainPeriodMs = 2_000
/** How many meetings that have nowhere to go a status names. */
const namedAtMost = 3
/** As many as an order takes. */
const staysAtMost = 10_000

const stopped = 'the media node was told to stop'

/** The drain that the node should be told; undefined where there is none, or not yet a deadline. */
function wishOf({ wanted, told, blocked }: DrainView): DrainWish | undefined {
  const deadlineAtMs = wanted === undefined ? told?.stopsAtMs : wanted.deadlineAtMs
  if (deadlineAtMs === undefined) return undefined
  const stay = blocked.slice(0, staysAtMost).map(({ meeting }) => meeting)
  return { reason: fitting(wanted?.reason ?? stopped), deadlineAtMs, stay }
}

const same = (a: DrainWish, b: DrainWish | undefined): boolean =>
  a.reason === b?.reason && a.deadlineAtMs === b.deadlineAtMs && a.stay.join() === b.stay.join()

/** The order that is due: the node says something else than what should be. Nothing is ordered of a node that is not heard. */
export function planDrainOrder({ drain, state }: MediaNodeView): PlannedDrain | undefined {
  if (state.state !== 'draining' && state.state !== 'drained') return undefined
  const wish = wishOf(drain)
  if (wish !== undefined) return same(wish, drain.told?.ordered) ? undefined : { draining: true, ...wish }
  const over = drain.wanted === undefined && drain.told?.ordered !== undefined
  return over ? { draining: false } : undefined
}

function blockedWords(blocked: readonly BlockedMeeting[]): string {
  const named = blocked.slice(0, namedAtMost).map(({ meeting, why }) => `${meeting}: ${why}`)
  const others = blocked.length > namedAtMost ? [`and ${blocked.length - namedAtMost} more`] : []
  return `people have nowhere to go and stay until the deadline: ${[...named, ...others].join('; ')}`
}

/** Whether somebody stays though they were asked to go: their meetings have no room anywhere else. */
const isBlocked = ({ drain, state }: MediaNodeView): boolean => state.state === 'draining' && drain.blocked.length > 0

function messageOf({ drain, state, wallMs }: MediaNodeView): string {
  const wish = wishOf(drain)
  if (state.state === 'drained') return 'nobody is left'
  if (state.state !== 'draining') return `the media node is ${state.state}: ${state.why}`
  if (wish === undefined) return drain.wanted === undefined ? 'being cancelled' : 'about to begin'
  if (drain.told?.ordered === undefined) return 'the media node has not been told yet'
  if (wallMs >= wish.deadlineAtMs) return 'the deadline has passed; closing who is left'
  return drain.blocked.length > 0 ? blockedWords(drain.blocked) : 'people are moved to other media nodes'
}

/** When spec.drain was seen first: what status says, until nobody asks any more. */
function requestedAt({ object, wallMs }: MediaNodeView): { requestedAt: string } | undefined {
  if (object.spec.drain === undefined) return undefined
  return { requestedAt: object.status?.drain?.requestedAt ?? kubeTime(wallMs) }
}

const reasonOf = ({ wanted, told }: DrainView): string => fitting(wanted?.reason ?? told?.ordered?.reason ?? stopped)

function deadlineOf({ drain }: MediaNodeView): { deadline: string } | undefined {
  const wish = wishOf(drain)
  return wish && { deadline: kubeTime(wish.deadlineAtMs) }
}

/** What status says of the drain; undefined where there is none. */
export function planDrainStatus(view: MediaNodeView): MediaNodeStatus['drain'] {
  const { wanted, told } = view.drain
  if (wanted === undefined && told === undefined) return undefined
  return {
    reason: reasonOf(view.drain),
    ...requestedAt(view),
    ...deadlineOf(view),
    left: peopleStep(told?.left ?? view.people),
    moved: peopleStep(told?.moved ?? 0),
    blocked: isBlocked(view),
    message: fitting(messageOf(view)),
  }
}
