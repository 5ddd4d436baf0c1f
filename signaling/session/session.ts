import { assertNever } from '../../kit/errors.ts'
import { closeReasons, sessionAwayMs, type CloseReason } from '../../sfu/api/session.ts'
import { clientCloseCodes, joinTimeoutMs, type ClientNotifications, type ClosedCode } from '../api/protocol.ts'

/** What the machine knows of a seat: one attachment of this client on a media node. */
export interface SeatRef {
  readonly node: string
}

/** How a client got its seat: newly, or by going on with an earlier session. */
export type Entrance = 'join' | 'resume'

/**
 * The life of a client's connection.
 *
 * | state    | entered by                                         | leaves by                                                         |
 * | waiting  | opened; join or resume refused; seat lost          | join, resume: entering; in time neither: closed (4001)            |
 * | entering | join, resume                                       | seated: live; refused: waiting                                    |
 * | live     | seated; seat resumed on the media node             | connection to the node lost: degraded; seat lost: waiting;        |
 * |          |                                                    | leave, meeting ended, replaced: closed (4000)                     |
 * | degraded | connection to the media node lost                  | seat resumed: live; else as live                                  |
 * | closed   | any of the above, socket lost, replica stops (1001)| never; a seat that comes after all is given back                  |
 *
 * A lost socket leaves the seat `away`: its media stays, for a resume at any replica. A seat is lost when its media node ends it or is
 * given up; the client is told to join again.
 */
export type Session = Waiting | Entering | Live | Degraded | Closed
export interface Waiting {
  readonly at: 'waiting'
  readonly forMs: number
}
export interface Entering {
  readonly at: 'entering'
}
export interface Live {
  readonly at: 'live'
  readonly seat: SeatRef
}
export interface Degraded {
  readonly at: 'degraded'
  readonly seat: SeatRef
}
export interface Closed {
  readonly at: 'closed'
}

export type SessionEvent =
  | { readonly is: 'opened' }
  /** The client asked to join or resume. */
  | { readonly is: 'asked' }
  | { readonly is: 'seated'; readonly by: Entrance; readonly seat: SeatRef }
  | { readonly is: 'refused' }
  /** The time for a join is over. */
  | { readonly is: 'late' }
  | { readonly is: 'left' }
  | { readonly is: 'socketLost' }
  /** This replica stops. */
  | { readonly is: 'stopping' }
  /** The connection to the media node. */
  | { readonly is: 'nodeLost' }
  | { readonly is: 'nodeBack' }
  | { readonly is: 'nodeGone' }
  /** The seat was resumed on the node, or the node knows it no more. */
  | { readonly is: 'reseated' }
  | { readonly is: 'seatUnknown' }
  /** The media node ended the seat. */
  | { readonly is: 'ended'; readonly reason: CloseReason }
  /** Another connection, here or at another replica, goes on with the seat. */
  | { readonly is: 'superseded' }

/** What becomes of a seat that this connection gives up. */
export type Unseating =
  /** Its media ends. */
  | 'detach'
  /** Its media stays for a resume. */
  | 'away'
  /** It is no longer this connection's; nobody is told. */
  | 'forget'

export type Effect =
  | { readonly do: 'armJoinTimer'; readonly afterMs: number }
  | { readonly do: 'cancelJoinTimer' }
  | { readonly do: 'tellSession'; readonly data: ClientNotifications['session'] }
  | { readonly do: 'tellClosed'; readonly data: ClientNotifications['closed'] }
  /** Resumes the seat on its node, by the connection that is back. */
  | { readonly do: 'reseat' }
  | { readonly do: 'unseat'; readonly how: Unseating }
  | { readonly do: 'closeSocket'; readonly code: number; readonly reason: string }

export interface Step {
  readonly next: Session
  readonly effects: readonly Effect[]
}

/** How long a client whose seat was lost may take to join again on the same connection. */
export const rejoinTimeoutMs = sessionAwayMs

/** A connection before anything happened. */
export const fresh: Session = { at: 'waiting', forMs: joinTimeoutMs }
const closed: Session = { at: 'closed' }
const stay = (next: Session): Step => ({ next, effects: [] })

function wait(forMs: number, ...before: readonly Effect[]): Step {
  return { next: { at: 'waiting', forMs }, effects: [...before, { do: 'armJoinTimer', afterMs: forMs }] }
}

function end(code: ClosedCode, why: string, how: Unseating): Step {
  const effects: Effect[] = [
    { do: 'unseat', how },
    { do: 'tellClosed', data: { code, why } },
    { do: 'closeSocket', code: clientCloseCodes.ended, reason: code },
  ]
  return { next: closed, effects }
}

function loseSeat(why: string, told: Pick<ClientNotifications['session'], 'reason' | 'excludeNodes'> = {}): Step {
  const data = { state: 'rejoin' as const, why, ...told }
  return wait(rejoinTimeoutMs, { do: 'unseat', how: 'forget' }, { do: 'tellSession', data })
}

/** What follows for the client from each reason for which a media node ends a seat. */
function endedBy(reason: CloseReason, node: string): Step {
  switch (reason) {
    case 'meeting_ended':
      return end('meeting_ended', closeReasons.meeting_ended, 'forget')
    case 'replaced':
      return end('replaced', closeReasons.replaced, 'forget')
    case 'node_stopping':
    case 'node_draining':
    case 'moved':
      return loseSeat(closeReasons[reason], { reason, excludeNodes: [node] })
    case 'segment_closed':
    case 'worker_died':
    case 'away_too_long':
    case 'meeting_merged':
      return loseSeat(closeReasons[reason], { reason })
    default:
      return assertNever(reason)
  }
}

const stopping: Effect = { do: 'closeSocket', code: clientCloseCodes.goingAway, reason: 'this replica stops; resume at another' }

function stepWaiting(state: Waiting, event: SessionEvent): Step {
  switch (event.is) {
    case 'opened':
      return wait(state.forMs)
    case 'asked':
      return { next: { at: 'entering' }, effects: [{ do: 'cancelJoinTimer' }] }
    case 'late':
      return { next: closed, effects: [{ do: 'closeSocket', code: clientCloseCodes.joinTimeout, reason: 'no join in time' }] }
    case 'socketLost':
      return { next: closed, effects: [{ do: 'cancelJoinTimer' }] }
    case 'stopping':
      return { next: closed, effects: [{ do: 'cancelJoinTimer' }, stopping] }
    default:
      return stay(state)
  }
}

function stepEntering(state: Entering, event: SessionEvent): Step {
  switch (event.is) {
    case 'seated':
      return stay({ at: 'live', seat: event.seat })
    case 'refused':
      return wait(joinTimeoutMs)
    case 'socketLost':
      return stay(closed)
    case 'stopping':
      return { next: closed, effects: [stopping] }
    default:
      return stay(state)
  }
}

function stepSeated(state: Live | Degraded, event: SessionEvent): Step {
  switch (event.is) {
    case 'nodeGone':
      return loseSeat('Your media node cannot be reached any more; joining again finds another.', {
        excludeNodes: [state.seat.node],
      })
    case 'seatUnknown':
      return loseSeat('Your media node has lost this session; joining again makes a new one.')
    case 'ended':
      return endedBy(event.reason, state.seat.node)
    case 'superseded':
      return end('replaced', closeReasons.replaced, 'forget')
    case 'left':
      return end('left', 'You left the meeting.', 'detach')
    case 'socketLost':
      return { next: closed, effects: [{ do: 'unseat', how: 'away' }] }
    case 'stopping':
      return { next: closed, effects: [{ do: 'unseat', how: 'away' }, stopping] }
    default:
      return state.at === 'live' ? stepLive(state, event) : stepDegraded(state, event)
  }
}

function stepLive(state: Live, event: SessionEvent): Step {
  if (event.is !== 'nodeLost') return stay(state)
  const why = 'The connection to your media node is interrupted; media goes on.'
  return { next: { at: 'degraded', seat: state.seat }, effects: [{ do: 'tellSession', data: { state: 'degraded', why } }] }
}

function stepDegraded(state: Degraded, event: SessionEvent): Step {
  if (event.is === 'nodeBack') return { next: state, effects: [{ do: 'reseat' }] }
  if (event.is !== 'reseated') return stay(state)
  const data = { state: 'live' as const, why: 'The connection to your media node is back.' }
  return { next: { at: 'live', seat: state.seat }, effects: [{ do: 'tellSession', data }] }
}

/** A seat that comes after the client has gone: a new one is nobody's, a resumed one may be resumed again. */
function stepClosed(state: Closed, event: SessionEvent): Step {
  if (event.is !== 'seated') return stay(state)
  return { next: state, effects: [{ do: 'unseat', how: event.by === 'join' ? 'detach' : 'away' }] }
}

/** The session after `event`, and what is to be done. Pure: the same two arguments give the same step. */
export function step(session: Session, event: SessionEvent): Step {
  switch (session.at) {
    case 'waiting':
      return stepWaiting(session, event)
    case 'entering':
      return stepEntering(session, event)
    case 'live':
    case 'degraded':
      return stepSeated(session, event)
    case 'closed':
      return stepClosed(session, event)
    default:
      return assertNever(session)
  }
}
