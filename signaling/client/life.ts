import { assertNever, type CodedError } from '../../kit/errors.ts'
import type { signalingErrors } from '../api/errors.ts'
import { clientCloseCodes } from '../api/protocol.ts'

/** What a client needs to come back: from the last welcome. */
export interface Credentials {
  readonly resumeToken: string
  /** The highest epoch that this client knows or has asked for. */
  readonly sessionEpoch: number
  /** The media node that holds the session. */
  readonly node: string
}

/** What keeps a client from being live, in the code and the sentence of an error. */
export interface Trouble {
  readonly code: string
  readonly why: string
}

/** How a client that is not live gets on: it dials, waits for an answer, or waits for its next try. */
export type Doing = 'dialling' | 'asking' | 'waiting'

interface Trying {
  readonly doing: Doing
  /** Failed tries since `sinceMs`; the wait before the next grows with it. */
  readonly attempt: number
  readonly sinceMs: number
  /** Why the last try failed, where one did; or why it waits. */
  readonly trouble: Trouble | undefined
  /** Their place in line, 1 being next, while there is one. */
  readonly inLine?: number | undefined
}

export interface Idle {
  readonly at: 'idle'
}
export interface Connecting extends Trying {
  readonly at: 'connecting'
  /** The resume token of the session to take over: a page that was loaded again has one. */
  readonly replaces: string | undefined
}
export interface Joining extends Trying {
  readonly at: 'joining'
  readonly replaces: string | undefined
}
export interface Live {
  readonly at: 'live'
  readonly credentials: Credentials
}
export interface Reconnecting extends Trying {
  readonly at: 'reconnecting'
  readonly credentials: Credentials
  /** How many replicas said that they cannot reach the media node. */
  readonly nodeMisses: number
}
export interface Rejoining extends Trying {
  readonly at: 'rejoining'
  readonly replaces: string | undefined
  readonly excludeNodes: readonly string[]
  /** Why the media node ended the session, where it did: one of sfu/api's close reasons. */
  readonly reason: string | undefined
}
export interface Closed {
  readonly at: 'closed'
  /** A {@link ClosedCode} of the protocol, the code of the refusal, `unreachable` or `protocol_error`. */
  readonly code: string
  readonly why: string
}

/**
 * The life of a meeting client. Media is not part of it: while `reconnecting`, what flows goes on.
 *
 * | state        | entered by                                       | leaves by                                                              |
 * | idle         | made                                             | start: connecting; leave: closed                                       |
 * | connecting   | start, or a join that may be tried again         | socket open: joining; 60 s without success: closed                     |
 * | joining      | socket open, join sent                           | welcome: live; refused with a retry, socket lost: connecting; refused: closed |
 * | live         | welcome                                          | socket lost, roster gap: reconnecting; told to join again: rejoining   |
 * | reconnecting | socket lost; dials and resumes                   | welcome: live; resume refused: rejoining; 10 min: closed               |
 * | rejoining    | session lost; dials and joins with `replaces`    | welcome: live; refused: closed; 10 min: closed                         |
 * | closed       | left, ended by the server, refused, given up     | never                                                                  |
 *
 * In every state but `closed`, `leave` and the server's `closed` notification close it.
 */
export type Life = Idle | Connecting | Joining | Live | Reconnecting | Rejoining | Closed

export type LifeEvent =
  | { readonly type: 'start'; readonly replaces: string | undefined }
  | { readonly type: 'socketOpened' }
  | { readonly type: 'socketLost'; readonly code: number; readonly reason: string }
  | { readonly type: 'welcomed'; readonly credentials: Credentials }
  | { readonly type: 'refused'; readonly error: CodedError }
  /** The join is not answered yet: there is a line for a place. */
  | { readonly type: 'queued'; readonly position: number; readonly why: string }
  | { readonly type: 'retryDue' }
  /** The machine has another network, or a network again: no use in waiting on. */
  | { readonly type: 'networkChanged' }
  /** A step of the roster is missing: only a snapshot helps. */
  | { readonly type: 'rosterGap' }
  | {
      readonly type: 'rejoinOrdered'
      readonly why: string
      readonly excludeNodes: readonly string[]
      readonly reason?: string | undefined
    }
  | { readonly type: 'ended'; readonly code: string; readonly why: string }

/** What the shell does about a step, in order. */
export type LifeEffect =
  | { readonly do: 'dial' }
  | { readonly do: 'join'; readonly replaces: string | undefined; readonly excludeNodes: readonly string[] }
  | { readonly do: 'resume'; readonly resume: { readonly resumeToken: string; readonly sessionEpoch: number } }
  /** Waits with backoff and jitter before `retryDue`; `atLeastMs` is what the server asked for. */
  | { readonly do: 'wait'; readonly attempt: number; readonly atLeastMs: number }
  | { readonly do: 'hangUp' }

export interface LifeStep {
  readonly next: Life
  readonly effects: readonly LifeEffect[]
}

const resumeInvalid: keyof (typeof signalingErrors)['entries'] = 'resume_invalid'

/**
 * So many answers that the media node of a session cannot be reached, and it is given up: its media may still flow, but nobody can steer
 * it any more. One alone may come from a replica that has just started.
 */
const maxNodeMisses = 4

/** How long a first join is tried. A person looks at the page meanwhile. */
export const giveUpJoiningMs = 60_000
/** How long a client that was live tries to come back. */
export const giveUpReturningMs = 600_000

const stay = (life: Life): LifeStep => ({ next: life, effects: [] })
const dial: LifeEffect = { do: 'dial' }
const hangUp: LifeEffect = { do: 'hangUp' }
const trying = (doing: Doing, nowMs: number): Trying => ({ doing, attempt: 0, sinceMs: nowMs, trouble: undefined })

function closed(code: string, why: string): LifeStep {
  return { next: { at: 'closed', code, why }, effects: [hangUp] }
}

/** A lost socket often means that a whole replica stopped: the short wait spreads its clients. */
function reconnecting(credentials: Credentials, nowMs: number): LifeStep {
  const next: Life = { at: 'reconnecting', ...trying('waiting', nowMs), credentials, nodeMisses: 0 }
  return { next, effects: [hangUp, { do: 'wait', attempt: 1, atLeastMs: 0 }] }
}

function rejoining(
  { resumeToken }: Credentials,
  { excludeNodes, reason }: { excludeNodes: readonly string[]; reason?: string | undefined },
  nowMs: number,
): LifeStep {
  const next: Life = { at: 'rejoining', ...trying('dialling', nowMs), replaces: resumeToken, excludeNodes, reason }
  return { next, effects: [hangUp, dial] }
}

type Returning = Connecting | Joining | Reconnecting | Rejoining

/** One more failed try: wait, or give up. */
function failed(life: Returning, trouble: Trouble, { nowMs, atLeastMs }: { nowMs: number; atLeastMs: number }): LifeStep {
  const patienceMs = life.at === 'reconnecting' || life.at === 'rejoining' ? giveUpReturningMs : giveUpJoiningMs
  if (nowMs - life.sinceMs >= patienceMs) return closed(trouble.code, trouble.why)
  const attempt = life.attempt + 1
  const next = life.at === 'joining' ? { ...life, at: 'connecting' as const } : life
  return {
    next: { ...next, doing: 'waiting', attempt, trouble, inLine: undefined },
    effects: [hangUp, { do: 'wait', attempt, atLeastMs }],
  }
}

/** Asks for a place, or for the session back, on a socket that has just opened. */
function ask(life: Returning): LifeStep {
  switch (life.at) {
    case 'connecting':
    case 'joining':
      return {
        next: { ...life, at: 'joining', doing: 'asking' },
        effects: [{ do: 'join', replaces: life.replaces, excludeNodes: [] }],
      }
    case 'rejoining':
      return {
        next: { ...life, doing: 'asking' },
        effects: [{ do: 'join', replaces: life.replaces, excludeNodes: life.excludeNodes }],
      }
    case 'reconnecting': {
      // Each try takes a higher epoch: an answer that was lost on the way may have taken the last one.
      const credentials = { ...life.credentials, sessionEpoch: life.credentials.sessionEpoch + 1 }
      const { resumeToken, sessionEpoch } = credentials
      return {
        next: { ...life, doing: 'asking', credentials },
        effects: [{ do: 'resume', resume: { resumeToken, sessionEpoch } }],
      }
    }
    default:
      return assertNever(life)
  }
}

/** A replica that does not reach the media node: another one may, or this one later. */
function missed(life: Reconnecting, trouble: Trouble, wait: { nowMs: number; atLeastMs: number }): LifeStep {
  const nodeMisses = life.nodeMisses + 1
  if (nodeMisses >= maxNodeMisses) return rejoining(life.credentials, { excludeNodes: [life.credentials.node] }, wait.nowMs)
  return failed({ ...life, nodeMisses }, trouble, wait)
}

function refused(life: Returning, error: CodedError, nowMs: number): LifeStep {
  const trouble = { code: error.code, why: error.message }
  const wait = { nowMs, atLeastMs: error.retryAfterMs ?? 0 }
  if (life.at === 'reconnecting' && error.retry === 'elsewhere') return missed(life, trouble, wait)
  if (error.retry !== 'never') return failed(life, trouble, wait)
  // There is nothing to take over any more: a plain join does as well.
  if (error.code === resumeInvalid && 'replaces' in life && life.replaces !== undefined)
    return { next: { ...life, doing: 'dialling', replaces: undefined }, effects: [hangUp, dial] }
  return life.at === 'reconnecting' ? rejoining(life.credentials, { excludeNodes: [] }, nowMs) : closed(trouble.code, trouble.why)
}

function lost(life: Returning, code: number, nowMs: number): LifeStep {
  if (life.doing === 'waiting') return stay(life)
  if (code === clientCloseCodes.badFrame || code === clientCloseCodes.tooLarge)
    return closed('protocol_error', 'The server did not understand this client.')
  const trouble = { code: 'unreachable', why: 'The meeting server cannot be reached.' }
  return failed(life, trouble, { nowMs, atLeastMs: 0 })
}

/** Who waits in line has got through: patience with the network begins anew. */
function inLine(life: Returning, { position, why }: { position: number; why: string }, nowMs: number): Life {
  return { ...life, sinceMs: nowMs, attempt: 0, inLine: position, trouble: { code: 'waiting_in_line', why } }
}

/** What a client must be doing for an event to mean anything: one that comes late, from a try that is over, changes nothing. */
const meantWhile: Partial<Record<LifeEvent['type'], Doing>> = {
  socketOpened: 'dialling',
  welcomed: 'asking',
  refused: 'asking',
  queued: 'asking',
  retryDue: 'waiting',
  networkChanged: 'waiting',
}

function stepReturning(life: Returning, event: LifeEvent, nowMs: number): LifeStep {
  if (life.doing !== (meantWhile[event.type] ?? life.doing)) return stay(life)
  switch (event.type) {
    case 'socketOpened':
      return ask(life)
    case 'socketLost':
      return lost(life, event.code, nowMs)
    case 'welcomed':
      return { next: { at: 'live', credentials: event.credentials }, effects: [] }
    case 'refused':
      return refused(life, event.error, nowMs)
    case 'queued':
      return stay(inLine(life, event, nowMs))
    case 'retryDue':
    case 'networkChanged':
      return { next: { ...life, doing: 'dialling' }, effects: [dial] }
    default:
      return stay(life)
  }
}

function stepLive(life: Live, event: LifeEvent, nowMs: number): LifeStep {
  switch (event.type) {
    case 'socketLost':
      if (event.code === clientCloseCodes.badFrame || event.code === clientCloseCodes.tooLarge)
        return closed('protocol_error', 'The server did not understand this client.')
      return reconnecting(life.credentials, nowMs)
    case 'rosterGap':
      return reconnecting(life.credentials, nowMs)
    case 'rejoinOrdered':
      return rejoining(life.credentials, event, nowMs)
    default:
      return stay(life)
  }
}

/** The life after `event`, and what to do about it. Pure; `nowMs` is monotonic. */
export function stepLife(life: Life, event: LifeEvent, nowMs: number): LifeStep {
  if (life.at === 'closed') return stay(life)
  if (event.type === 'ended') return closed(event.code, event.why)
  switch (life.at) {
    case 'idle':
      return event.type === 'start'
        ? { next: { at: 'connecting', ...trying('dialling', nowMs), replaces: event.replaces }, effects: [dial] }
        : stay(life)
    case 'live':
      return stepLive(life, event, nowMs)
    case 'connecting':
    case 'joining':
    case 'reconnecting':
    case 'rejoining':
      return stepReturning(life, event, nowMs)
    default:
      return assertNever(life)
  }
}
