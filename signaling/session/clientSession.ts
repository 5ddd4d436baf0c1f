import type { Timer } from '../../kit/clock.ts'
import { asCodedError, assertNever, commonErrors } from '../../kit/errors.ts'
import type { LogFields } from '../../kit/log.ts'
import { checked } from '../../kit/validation.ts'
import { signalingErrors } from '../api/errors.ts'
import {
  clientRequests,
  type ClientMethod,
  type ClientNotifications,
  type ClientRequest,
  type ClientResponses,
  type MediaMethod,
} from '../api/protocol.ts'
import { iceServersFor } from '../tokens/iceServers.ts'
import type { Client, Clients } from './clients.ts'
import type { EnterDeps, Entered } from './enter.ts'
import { join } from './join.ts'
import { createLimits } from './limits.ts'
import { resume } from './resume.ts'
import type { Seat, SeatHost } from './seat.ts'
import { fresh, step, type Effect, type Entrance, type Session, type SessionEvent } from './session.ts'

/** The socket of a client, as its session uses it. */
export interface ClientSocket {
  notify(method: string, data: unknown): void
  close(code: number, reason: string): void
}

export interface ClientSessionDeps extends EnterDeps {
  readonly clients: Clients
  /** Told of each join and resume that ended, for the metrics. */
  readonly onEntrance: (by: Entrance, result: string, durationMs: number) => void
}

/** One client's connection. */
export interface ClientSession {
  /** Answers a request; `data` is whatever the client sent. */
  request(method: string, data: unknown): Promise<unknown>
  /** Counts a notification, which the protocol has none of; false once there are too many. */
  mayNotify(): boolean
  /** The socket is gone. */
  socketLost(): void
}

function isMethod(method: string): method is ClientMethod {
  return Object.hasOwn(clientRequests, method)
}

/** How long a client waits before it asks again for what its media node must answer. */
const degradedRetryMs = 1_000

function namesOf({ meeting, participant, attachment, node }: Seat): LogFields {
  const { namespace, name, incarnation } = meeting
  return { namespace, meeting: name, incarnation, participant, attachment, node }
}

/** The imperative shell around the session's state machine: runs its effects, and turns what happens into its events. */
export function createClientSession(deps: ClientSessionDeps, socket: ClientSocket): ClientSession {
  const { clock, log, clients } = deps
  const limits = createLimits(clock)
  const gone = new AbortController()
  let state: Session = fresh
  let entered: Entered | undefined
  let joinTimer: Timer | undefined
  /** While a join's answer is on its way, what comes after it waits here. */
  let held: (() => void)[] | undefined

  const client: Client = { supersede: () => dispatch({ is: 'superseded' }), stop: () => dispatch({ is: 'stopping' }) }
  const inOrder = (act: () => void): void => (held ? void held.push(act) : act())
  const host: SeatHost = {
    tell: (method, data) => inOrder(() => tell(method, data)),
    dispatch: (event) => inOrder(() => dispatch(event)),
  }

  function tell<Method extends keyof ClientNotifications>(method: Method, data: ClientNotifications[Method]): void {
    socket.notify(method, data)
  }

  function dispatch(event: SessionEvent): void {
    const { next, effects } = step(state, event)
    state = next
    for (const effect of effects) run(effect)
    if (state.at === 'closed') {
      gone.abort()
      clients.remove(client)
    }
  }

  function run(effect: Effect): void {
    switch (effect.do) {
      case 'armJoinTimer':
        joinTimer?.cancel()
        joinTimer = clock.after(effect.afterMs, () => dispatch({ is: 'late' }))
        return
      case 'cancelJoinTimer':
        return joinTimer?.cancel()
      case 'tellSession':
        return tell('session', effect.data)
      case 'tellClosed':
        return tell('closed', effect.data)
      case 'reseat':
        return void reseat()
      case 'unseat':
        return unseat(effect.how)
      case 'closeSocket':
        return socket.close(effect.code, effect.reason)
      default:
        return assertNever(effect)
    }
  }

  function unseat(how: 'detach' | 'away' | 'forget'): void {
    if (!entered) return
    const { seat } = entered
    entered = undefined
    clients.release(seat.attachment, client)
    const { namespace, name } = seat.meeting
    log.info({ ...namesOf(seat), reason: how }, 'client left its seat')
    void seat.unseat(how)
    if (how === 'detach') void deps.placement.release({ namespace, name }, seat.participant, seat.attachment)
  }

  async function reseat(): Promise<void> {
    const seat = entered?.seat
    try {
      await seat?.reseat()
      if (seat === entered?.seat) dispatch({ is: 'reseated' })
    } catch (thrown) {
      const { code } = asCodedError(thrown)
      // A connection that was lost again is dialled again by its link, which then asks for the next try.
      if (code === 'unavailable' || seat !== entered?.seat) return
      dispatch({ is: code === 'session_superseded' ? 'superseded' : 'seatUnknown' })
    }
  }

  async function enter(by: Entrance, go: () => Promise<Entered>): Promise<ClientResponses[Entrance]> {
    if (state.at !== 'waiting') throw signalingErrors.raise.already_joined({})
    const startedAtMs = clock.monotonicMs()
    dispatch({ is: 'asked' })
    held = []
    try {
      const arrived = await go()
      sitDown(by, arrived)
      deps.onEntrance(by, 'ok', clock.monotonicMs() - startedAtMs)
      return arrived.welcome
    } catch (thrown) {
      held = undefined
      dispatch({ is: 'refused' })
      const error = gone.signal.aborted ? commonErrors.raise.unavailable({ what: 'The client' }) : asCodedError(thrown)
      deps.onEntrance(by, error.code, clock.monotonicMs() - startedAtMs)
      throw error
    }
  }

  function sitDown(by: Entrance, arrived: Entered): void {
    entered = arrived
    const { seat } = arrived
    clients.claim(seat.attachment, client)
    log.info({ ...namesOf(seat), phase: by }, 'client is seated')
    dispatch({ is: 'seated', by, seat: { node: seat.node } })
    // The answer goes out before anything that follows from it.
    clock.after(0, () => {
      const waiting = held ?? []
      held = undefined
      for (const each of waiting) each()
    })
  }

  function seated(): Entered {
    if (!entered || (state.at !== 'live' && state.at !== 'degraded')) throw signalingErrors.raise.not_joined({})
    return entered
  }

  async function media(method: MediaMethod, data: unknown): Promise<unknown> {
    const { seat, turn } = seated()
    if (state.at === 'degraded')
      throw commonErrors.raise.unavailable({ what: 'The media node' }, { retryAfterMs: degradedRetryMs })
    const answer = await seat.request(method, data as never)
    if (method !== 'createTransport' && method !== 'restartIce') return answer
    return { ...answer, iceServers: iceServersFor(seat.participant, turn, clock.nowMs()) }
  }

  function leave(): Record<string, never> {
    seated()
    // After the answer, as the protocol has it.
    clock.after(0, () => dispatch({ is: 'left' }))
    return {}
  }

  function sendChat({ text, clientMessageId }: ClientRequest<'sendChat'>): Promise<ClientResponses['sendChat']> {
    const { seat, name } = seated()
    return seat.room.say({ participant: seat.participant, name, text, clientMessageId })
  }

  async function react({ emoji }: ClientRequest<'react'>): Promise<ClientResponses['react']> {
    const { seat, name } = seated()
    await seat.room.react({ participant: seat.participant, name, emoji })
    return {}
  }

  /** What each method does with its checked data; whatever is not here is the media node's to answer. */
  const own: Partial<Record<ClientMethod, (data: never) => unknown>> = {
    join: (ask: ClientRequest<'join'>) => enter('join', () => join(deps, ask, { host, signal: gone.signal })),
    resume: (ask: ClientRequest<'resume'>) => enter('resume', () => resume(deps, ask, host)),
    leave,
    sendChat,
    react,
  }

  clients.add(client)
  dispatch({ is: 'opened' })
  return {
    async request(method, data) {
      limits.request()
      if (!isMethod(method)) throw signalingErrors.raise.unknown_method({}, { field: 'method' })
      limits.method(method)
      if (method !== 'join' && method !== 'resume') seated()
      const request = checked(clientRequests[method], data ?? {}, 'data')
      const answer = own[method]
      return answer ? answer(request as never) : media(method as MediaMethod, request)
    },
    mayNotify: () => limits.mayNotify(),
    socketLost: () => dispatch({ is: 'socketLost' }),
  }
}
