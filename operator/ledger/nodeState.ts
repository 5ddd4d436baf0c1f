import { loadStaleAfterMs } from '../../sfu/api/load.ts'
import type { NodeEntry } from './nodeEntry.ts'

/**
 * Whether a media node takes work.
 *
 * | state    | entered by                                           | what it means                                   |
 * | -------- | ---------------------------------------------------- | ----------------------------------------------- |
 * | pending  | its object appears                                   | never heard: nothing is placed on it            |
 * | ready    | load stream live                                     | takes segments and people                       |
 * | cordoned | a person sets spec.cordoned                          | keeps its people, takes nobody new              |
 * | draining | its object asks for it, or it was told to stop        | takes nobody new, its people are moved away     |
 * | drained  | draining, and by its own word nobody is left         | takes nobody new, nobody is on it               |
 * | unreachable | its address is not known, or its pool requires that it is reached and it is not | keeps its people, takes nobody new            |
 * | silent   | nothing heard for {@link loadStaleAfterMs}           | takes nobody new; its people stay               |
 * | lost     | silent, and its address refuses connections or its Pod has gone | its segments leave the plans         |
 * | wrong    | another agent answers, or one that breaks the contract | it counts as not there                        |
 */
export type NodeState = 'pending' | 'ready' | 'cordoned' | 'draining' | 'drained' | 'unreachable' | 'silent' | 'lost' | 'wrong'

/** A state and, in words, why. */
export interface StateWithReason {
  readonly state: NodeState
  readonly why: string
}

const inSeconds = (durationMs: number): string => `${Math.floor(durationMs / 1000)} s`

/** Whether nothing was heard for too long. */
export const isStale = (node: Pick<NodeEntry, 'heardAtMs'>, nowMs: number): boolean =>
  node.heardAtMs !== undefined && nowMs - node.heardAtMs > loadStaleAfterMs

/** What most nodes are most of the time, made once: a node is judged at each beat. */
const ready: StateWithReason = { state: 'ready', why: 'heard' }
const cordoned: StateWithReason = { state: 'cordoned', why: 'cordoned by spec.cordoned' }

function neverHeard(node: NodeEntry, nowMs: number): StateWithReason {
  const refused = node.refusedAtMs !== undefined
  const waitedMs = nowMs - node.knownSinceMs
  const wasHeardBefore = node.object.status?.incarnation !== undefined
  if (refused && wasHeardBefore && waitedMs > loadStaleAfterMs) {
    return { state: 'lost', why: `refuses connections, and was not heard for ${inSeconds(waitedMs)}` }
  }
  return { state: 'pending', why: refused ? 'never heard: its address refuses connections' : 'never heard' }
}

function draining({ drain, drainTold }: NodeEntry): StateWithReason | undefined {
  if (drain === undefined && drainTold === undefined) return undefined
  if (drain === undefined && drainTold?.stopsAtMs === undefined) return { state: 'draining', why: 'its drain is being cancelled' }
  const why = drain?.reason ?? 'it was told to stop'
  return drainTold?.drained === true
    ? { state: 'drained', why: `drained: ${why}` }
    : { state: 'draining', why: `draining: ${why}` }
}

const noAddress: StateWithReason = { state: 'unreachable', why: 'nobody said yet at which address clients reach it' }

function unreachable({ gate, introduction }: NodeEntry): StateWithReason | undefined {
  if (introduction?.addressesGuessed === true) return noAddress
  return gate === undefined ? undefined : { state: 'unreachable', why: gate }
}

function heard(node: NodeEntry, heardAtMs: number, nowMs: number): StateWithReason {
  const silentMs = nowMs - heardAtMs
  if (node.url === undefined) return { state: silentMs > loadStaleAfterMs ? 'lost' : 'silent', why: 'its Pod has gone' }
  if (silentMs > loadStaleAfterMs) {
    return node.refusedAtMs !== undefined && node.refusedAtMs > heardAtMs
      ? { state: 'lost', why: 'silent, and refuses connections' }
      : { state: 'silent', why: `silent for more than ${inSeconds(loadStaleAfterMs)}` }
  }
  return draining(node) ?? (node.object.spec.cordoned ? cordoned : (unreachable(node) ?? ready))
}

/** Judges a media node at `nowMs` (monotonic). */
export function nodeStateOf(node: NodeEntry, nowMs: number): StateWithReason {
  if (node.fault !== undefined) return { state: 'wrong', why: node.fault.message }
  return node.heardAtMs === undefined ? neverHeard(node, nowMs) : heard(node, node.heardAtMs, nowMs)
}
