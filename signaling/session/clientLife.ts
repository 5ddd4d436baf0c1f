import type { Timer } from '../../kit/clock.ts'
import { asCodedError, assertNever, commonErrors } from '../../kit/errors.ts'
import type { LogFields } from '../../kit/log.ts'
import { signalingErrors } from '../api/errors.ts'
import type { ClientNotifications, Welcome } from '../api/protocol.ts'
import type { Client, Clients } from './clients.ts'
import type { EnterDeps, Entered } from './enter.ts'
import type { Seat, SeatHost } from './seat.ts'
import { fresh, step, type Effect, type Entrance, type Session, type SessionEvent, type Unseating } from './session.ts'

/** The socket of a client, as its session uses it. */
export interface ClientSocket {
  notify(method: string, data: unknown): void
  close(code: number, reason: string): void
}

export interface ClientLifeDeps extends EnterDeps {
  readonly clients: Clients
  /** Told of each join and resume that ended, for the metrics. */
  readonly onEntrance: (by: Entrance, result: string, durationMs: number) => void
}

/** The life of one client's connection. */
export interface ClientLife {
  /** Lets the client in by `go`, which is given where to tell it what follows, and a signal that aborts when the client goes away. */
  enter(by: Entrance, go: (host: SeatHost, signal: AbortSignal) => Promise<Entered>): Promise<Welcome>
  /** What the client has; raises `not_joined`. */
  seated(): Entered
  /** Whether the media node can be reached now. */
  readonly reachable: boolean
  /** The client leaves, once the answer is out. */
  leave(): void
  socketLost(): void
}

function namesOf({ meeting, participant, attachment, node }: Seat): LogFields {
  const { namespace, name, incarnation } = meeting
  return { namespace, meeting: name, incarnation, participant, attachment, node }
}

/** The imperative shell around the session's state machine: runs its effects, and turns what happens into its events. */
export function createClientLife(deps: ClientLifeDeps, socket: ClientSocket): ClientLife {
  const { clock, log, clients } = deps
  const gone = new AbortController()
  let state: Session = fresh
  let entered: Entered | undefined
  let joinTimer: Timer | undefined
  /** While a join's answer is on its way, what comes after it waits here. */
  let held: (() => void)[] | undefined

  const client: Client = { supersede: () => dispatch({ is: 'superseded' }), stop: () => dispatch({ is: 'stopping' }) }
  const inOrder = (act: () => void): void => (held ? void held.push(act) : act())
  const host: SeatHost = {
    // What is told about the wait for an answer does not wait for it.
    tell: (method, data) => (method === 'waiting' ? tell(method, data) : inOrder(() => tell(method, data))),
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

  function unseat(how: Unseating): void {
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

  clients.add(client)
  dispatch({ is: 'opened' })
  return {
    async enter(by, go) {
      if (state.at !== 'waiting') throw signalingErrors.raise.already_joined({})
      const startedAtMs = clock.monotonicMs()
      dispatch({ is: 'asked' })
      held = []
      try {
        const arrived = await go(host, gone.signal)
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
    },
    seated() {
      if (!entered || (state.at !== 'live' && state.at !== 'degraded')) throw signalingErrors.raise.not_joined({})
      return entered
    },
    get reachable() {
      return state.at === 'live'
    },
    leave: () => void clock.after(0, () => dispatch({ is: 'left' })),
    socketLost: () => dispatch({ is: 'socketLost' }),
  }
}
