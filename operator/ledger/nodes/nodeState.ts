import { loadStaleAfterMs } from '../../../sfu/api/load.ts'
import { isEmptied, type NodeEntry } from './nodeEntry.ts'
import { overdueAtMs, usualStartMs } from './starting.ts'

/**
 * Whether a media node takes work.
 *
 * | state    | entered by                                           | what it means                                   |
 * | -------- | ---------------------------------------------------- | ----------------------------------------------- |
 * | pending  | its object appears                                   | never heard: nothing is placed on it; overdue when it has had an address for longer than a start takes (see starting.ts) |
 * | ready    | load stream live                                     | takes segments and people                       |
 * | cordoned | a person sets spec.cordoned                          | keeps its people, takes nobody new              |
 * | draining | its object asks for it, or it was told to stop        | takes nobody new, its people are moved away     |
 * | drained  | draining, and by its own word nobody is left         | takes nobody new, nobody is on it               |
 * | unreachable | its address is not known, or its pool requires that it is reached and it is not | keeps its people, takes nobody new            |
 * | held     | heard again after it was lost                        | hosts and takes orders, takes nobody new for a while (see damping.ts) |
 * | suspect  | heard, and several people lost their media on it     | keeps its people, takes nobody new while the reports are fresh |
 * | silent   | nothing heard for {@link loadStaleAfterMs}           | takes nobody new; its people stay               |
 * | lost     | silent, and a second sign (see signs.ts); until it is heard again | its segments leave the plans, its people are placed anew |
 * | wrong    | another agent answers, or one that breaks the contract | it counts as not there                        |
 */
export const nodeStates = [
  'pending',
  'ready',
  'cordoned',
  'draining',
  'drained',
  'unreachable',
  'held',
  'suspect',
  'silent',
  'lost',
  'wrong',
] as const
export type NodeState = (typeof nodeStates)[number]

/** For how long a node has been silent that was heard before, by this process or by one before; undefined where it is not. */
export function silentForMs(node: NodeEntry, nowMs: number): number | undefined {
  const wasHeard = node.heardAtMs !== undefined || node.object.status?.incarnation !== undefined
  const silentMs = Math.floor(nowMs) - (node.heardAtMs ?? node.knownSinceMs)
  return wasHeard && silentMs > loadStaleAfterMs ? silentMs : undefined
}

/** A state and, in words, why. */
export interface StateWithReason {
  readonly state: NodeState
  readonly why: string
  /** When it becomes another by itself; monotonic milliseconds. */
  readonly untilMs?: number
  /** A pending one that should have been heard by now. */
  readonly isOverdue?: true
}

const inSeconds = (durationMs: number): string => `${Math.floor(durationMs / 1000)} s`

/** Whether nothing was heard for too long. What was heard has its time in whole milliseconds: a fraction makes nobody stale. */
export const isStale = (node: Pick<NodeEntry, 'heardAtMs'>, nowMs: number): boolean =>
  node.heardAtMs !== undefined && Math.floor(nowMs) - node.heardAtMs > loadStaleAfterMs

/** What most nodes are most of the time, made once: a node is judged at each beat. */
const ready: StateWithReason = { state: 'ready', why: 'heard' }
const cordoned: StateWithReason = { state: 'cordoned', why: 'cordoned by spec.cordoned' }

/** What it met is told again where it is overdue, and what to look at. */
function neverHeard(node: NodeEntry, nowMs: number): StateWithReason {
  const { unanswered, url } = node
  const met = unanswered === undefined ? '' : `: ${unanswered}`
  const untilMs = overdueAtMs(node)
  if (untilMs === undefined) return { state: 'pending', why: `never heard${met}` }
  if (nowMs < untilMs) return { state: 'pending', why: `never heard${met}`, untilMs }
  const look = `look whether its agent runs, and whether the operator reaches ${url}`
  return { state: 'pending', why: `not heard in ${inSeconds(usualStartMs)} and more${met}; ${look}`, isOverdue: true }
}

function draining({ drain, drainTold }: NodeEntry): StateWithReason {
  const state = drainTold?.drained === true ? 'drained' : 'draining'
  if (drain === undefined && drainTold?.stopsAtMs === undefined) return { state, why: 'its drain is being cancelled' }
  return { state, why: `${state}: ${drain?.reason ?? 'it was told to stop'}` }
}

const noAddress: StateWithReason = { state: 'unreachable', why: 'nobody said yet at which address clients reach it' }

function unreachable({ gate, introduction }: NodeEntry): StateWithReason | undefined {
  if (introduction?.addressesGuessed === true) return noAddress
  return gate === undefined ? undefined : { state: 'unreachable', why: gate }
}

/** What keeps a node out for a while that would take work. */
function heldBack({ hold, suspicion }: NodeEntry, nowMs: number): StateWithReason | undefined {
  if (hold !== undefined && hold.untilMs > nowMs) return { state: 'held', ...hold }
  return suspicion !== undefined && suspicion.untilMs > nowMs ? { state: 'suspect', ...suspicion } : undefined
}

function heard(node: NodeEntry, nowMs: number): StateWithReason {
  if (node.url === undefined) return { state: 'silent', why: 'its Pod has gone' }
  if (isStale(node, nowMs)) return { state: 'silent', why: `silent for more than ${inSeconds(loadStaleAfterMs)}` }
  if (isEmptied(node)) return draining(node)
  return node.object.spec.cordoned ? cordoned : (unreachable(node) ?? heldBack(node, nowMs) ?? ready)
}

/** Judges a media node at `nowMs` (monotonic). Its death is not judged here, but declared once and lasts until it is heard again. */
export function nodeStateOf(node: NodeEntry, nowMs: number): StateWithReason {
  if (node.fault !== undefined) return { state: 'wrong', why: node.fault.message }
  if (node.death !== undefined) return { state: 'lost', why: node.death }
  return node.heardAtMs === undefined ? neverHeard(node, nowMs) : heard(node, nowMs)
}
