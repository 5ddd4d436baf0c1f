import { kubeTime } from '../../kit/kubeTime.ts'
import type { DrainWish } from '../../sfu/api/drain.ts'
import type { MediaNodeStatus } from '../../crds/index.ts'
import { requestedAtOf } from '../ledger/nodes/drainOf.ts'
import type { DrainView } from '../view/drainView.ts'
import type { MediaNodeView } from '../view/mediaNodeView.ts'
import { planBlockers, toldBlockers, type Blocker } from './drainBlockers.ts'
import { planEta } from './drainEta.ts'
import { fitting } from './planned.ts'
import { peopleStep } from './steps.ts'

/** What a node is to be told of its drain: the order but for the epoch. */
export type PlannedDrain = ({ readonly draining: true } & DrainWish) | { readonly draining: false }

/** How often a drain is looked at: whether its people have somewhere to go changes with the load of other nodes. */
const drainPeriodMs = 2_000
/** As many as an order takes. */
const staysAtMost = 10_000
/** As many blockers as a status takes. */
const listedAtMost = 10

/** As many other nodes, or meetings, as a message names. */
const namedAtMost = 3

const stopped = 'the media node was told to stop'

/** Which part of the budgets that it shares with others is this node's: by name, as all of them are told. */
function sharedOf(meetings: DrainView['meetings'], node: string): Pick<DrainWish, 'shared'> {
  const shared = meetings.flatMap(({ meeting, held, shared: by }) =>
    held === undefined && by !== undefined ? [{ meeting, nodes: by.nodes.length, part: by.nodes.indexOf(node) }] : [],
  )
  return shared.length === 0 ? {} : { shared: shared.slice(0, staysAtMost) }
}

/** The drain that the node should be told; undefined where there is none, or not yet a deadline. */
function wishOf({ drain: { wanted, told, meetings }, object }: Pick<MediaNodeView, 'drain' | 'object'>): DrainWish | undefined {
  const deadlines = [wanted?.deadlineAtMs, told?.stopsAtMs].filter((atMs) => atMs !== undefined)
  if (deadlines.length === 0) return undefined
  const named = (those: DrainView['meetings']): string[] => those.slice(0, staysAtMost).map(({ meeting }) => meeting)
  const publishersStay = named(meetings.filter(({ held, audienceOnly }) => held === undefined && audienceOnly))
  const pace = wanted?.pace
  return {
    reason: fitting(wanted?.reason ?? stopped),
    deadlineAtMs: Math.min(...deadlines),
    stay: named(meetings.filter(({ held }) => held !== undefined)),
    ...(publishersStay.length === 0 ? {} : { publishersStay }),
    ...sharedOf(meetings, object.metadata.name),
    ...(pace === undefined ? {} : { pace }),
  }
}

function same(a: DrainWish, b: DrainWish | undefined): boolean {
  if (b === undefined) return false
  const parts = ({ reason, deadlineAtMs, stay, publishersStay, shared, pace }: DrainWish): string =>
    JSON.stringify([reason, deadlineAtMs, stay, publishersStay, shared, pace])
  return parts(a) === parts(b)
}

/** Whether the node follows this wish: it says so, or says what it made of it when it took it, since it is older and does not know all of it. */
function isFollowed(wish: DrainWish, { told, taken }: DrainView): boolean {
  return same(wish, told?.ordered) || (same(wish, taken?.order) && taken !== undefined && same(taken.as, told?.ordered))
}

/** The order that is due: the node says something else than what should be. Nothing is ordered of a node that is not heard. */
export function planDrainOrder(view: MediaNodeView): PlannedDrain | undefined {
  const { drain, state } = view
  if (state.state !== 'draining' && state.state !== 'drained') return undefined
  const wish = wishOf(view)
  if (wish !== undefined) return isFollowed(wish, drain) ? undefined : { draining: true, ...wish }
  const over = drain.wanted === undefined && drain.told?.ordered !== undefined
  return over ? { draining: false } : undefined
}

/** When the drain is looked at again, whatever happens; Infinity where nothing has to be. */
export function drainLookAtMs(view: MediaNodeView): number {
  const isDue = view.state.state === 'draining' || planDrainOrder(view) !== undefined
  return isDue ? view.nowMs + drainPeriodMs : Infinity
}

/** The first of these names, and how many more there are. */
function listed(names: readonly string[]): string {
  const more = names.length > namedAtMost ? ` and ${names.length - namedAtMost} more` : ''
  return `${names.slice(0, namedAtMost).join(', ')}${more}`
}

/** That people go more slowly than from one node alone, and for whose sake. */
function inTurnWith({ drain: { meetings }, object }: MediaNodeView): string {
  const others = new Set(meetings.flatMap(({ shared }) => shared?.nodes ?? []))
  others.delete(object.metadata.name)
  return others.size === 0 ? '' : `, of some meetings in turn with ${listed([...others].toSorted())}`
}

/** What keeps a node that nobody is on from being drained: others hear each other through it, and are given other ways. */
function passingOn({ passesOn }: DrainView): string {
  const whose = passesOn.length === 0 ? '' : ` of ${listed(passesOn)}`
  return `nobody is left; it passes on the media${whose} until other media nodes do`
}

/** How a drain goes that was asked for by this wish. */
function progressOf(view: MediaNodeView, wish: DrainWish, blockers: readonly Blocker[]): string {
  const { drain, wallMs } = view
  if (drain.told === undefined) return 'the media node has not been told yet'
  if (drain.told.left === 0) return passingOn(drain)
  if (wallMs >= wish.deadlineAtMs) return 'the deadline has passed; closing who is left'
  return toldBlockers(blockers) ?? `people are moved to other media nodes${inTurnWith(view)}`
}

function messageOf(view: MediaNodeView, blockers: readonly Blocker[]): string {
  const { drain, state } = view
  const wish = wishOf(view)
  if (state.state !== 'draining' && state.state !== 'drained') return `the media node is ${state.state}: ${state.why}`
  if (wish === undefined && drain.wanted === undefined) return 'being cancelled'
  if (state.state === 'drained') return 'nobody is left'
  return wish === undefined ? 'about to begin' : progressOf(view, wish, blockers)
}

/** When spec.drain was seen first: what status says, until nobody asks any more. */
function requestedAt({ object, wallMs }: MediaNodeView): { requestedAt: string } | undefined {
  return object.spec.drain === undefined ? undefined : { requestedAt: requestedAtOf(object) ?? kubeTime(wallMs) }
}

const reasonOf = ({ wanted, told }: DrainView): string => fitting(wanted?.reason ?? told?.ordered?.reason ?? stopped)

/** By when it ends, and when that looks to be. */
function timesOf(view: MediaNodeView, blockers: readonly Blocker[]): { deadline: string; eta?: string } | undefined {
  const wish = wishOf(view)
  if (wish === undefined) return undefined
  const etaMs = view.state.state === 'draining' ? planEta(view, { ...wish, isBlocked: blockers.length > 0 }) : undefined
  return { deadline: kubeTime(wish.deadlineAtMs), ...(etaMs === undefined ? {} : { eta: kubeTime(etaMs) }) }
}

/** What status says of the drain; undefined where there is none. */
export function planDrainStatus(view: MediaNodeView): MediaNodeStatus['drain'] {
  const { wanted, told } = view.drain
  if (wanted === undefined && told === undefined) return undefined
  const blockers = view.state.state === 'draining' ? planBlockers(view.drain) : []
  return {
    reason: reasonOf(view.drain),
    ...requestedAt(view),
    ...timesOf(view, blockers),
    left: peopleStep(view.state.state === 'lost' ? 0 : (told?.left ?? view.people)),
    moved: peopleStep(told?.moved ?? 0),
    blocked: blockers.length > 0,
    ...(blockers.length === 0 ? {} : { blockers: blockers.slice(0, listedAtMost) }),
    message: fitting(messageOf(view, blockers)),
  }
}
