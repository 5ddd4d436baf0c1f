import { backoffMs, type Backoff } from '../../kit/backoff.ts'
import type { Clock, Timer } from '../../kit/clock.ts'
import { asCodedError, assertNever, commonErrors } from '../../kit/errors.ts'
import type { Incoming } from '../../kit/peer.ts'
import type { ClientRequest, Welcome } from '../api/protocol.ts'
import { stepLife, type LifeEffect, type LifeEvent } from './life.ts'
import { createLink, type Ask, type Dial } from './link.ts'
import { withWelcome } from './room.ts'
import type { Store } from './store.ts'

/** How a client that cannot get through tries again. */
export const reconnectBackoff: Backoff = { firstMs: 300, maxMs: 10_000 }

/** Notifications that may wait for the welcome before them; more than a server ever sends at once. */
const maxEarly = 1_000

/** How a client became live. */
export type Arrival = 'joined' | 'resumed' | 'rejoined'

/** Options of {@link createLifeRunner}. */
export interface LifeRunnerOptions {
  readonly url: string
  readonly dial: Dial
  readonly clock: Clock
  readonly random: () => number
  readonly store: Store
  /** What a join says beside what it replaces; the media nodes that just failed are excluded too. */
  readonly join: Omit<ClientRequest<'join'>, 'replaces'>
  readonly onWelcome: (welcome: Welcome, arrival: Arrival) => void
  readonly onNotification: (incoming: Incoming) => void
  readonly onClosed: () => void
}

/** Carries out what {@link stepLife} decides. */
export interface LifeRunner {
  handle(event: LifeEvent): void
  /** Asks within the session; `unavailable` while the client is not live. */
  readonly ask: Ask
}

const arrivals = { connecting: 'joined', joining: 'joined', reconnecting: 'resumed', rejoining: 'rejoined' } as const

/** Makes the runner of one client's life. */
export function createLifeRunner(options: LifeRunnerOptions): LifeRunner {
  const { clock, store } = options
  let timer: Timer | undefined
  let early: Incoming[] = []
  const link = createLink({
    url: options.url,
    dial: options.dial,
    clock,
    onOpened: () => handle({ type: 'socketOpened' }),
    onLost: (code, reason) => handle({ type: 'socketLost', code, reason }),
    onNotification(incoming) {
      // `ws` may tell of several frames before a promise goes on: what follows the welcome waits for it.
      if (store.state.life.at === 'live' || incoming.method === 'closed' || incoming.method === 'waiting')
        options.onNotification(incoming)
      else if (early.length < maxEarly) early.push(incoming)
    },
  })

  function welcomed(welcome: Welcome): void {
    const { life } = store.state
    if (!('doing' in life) || life.doing !== 'asking') return
    const { resumeToken, sessionEpoch } = welcome
    // Who looks at the state never sees a live client without its meeting.
    store.update((state) => withWelcome(state, welcome))
    handle({ type: 'welcomed', credentials: { resumeToken, sessionEpoch, node: welcome.node.name } })
    options.onWelcome(welcome, arrivals[life.at])
    const waiting = early
    early = []
    for (const incoming of waiting) options.onNotification(incoming)
  }

  function arrive(asking: Promise<Welcome>): void {
    asking.then(welcomed, (thrown: unknown) => handle({ type: 'refused', error: asCodedError(thrown) }))
  }

  function perform(effect: LifeEffect): void {
    switch (effect.do) {
      case 'dial':
        early = []
        return link.open()
      case 'hangUp':
        return link.hangUp()
      case 'join': {
        const { replaces } = effect
        const excludeNodes = [...(options.join.excludeNodes ?? []), ...effect.excludeNodes]
        const data = { ...options.join, ...(replaces === undefined ? {} : { replaces }), excludeNodes }
        return arrive(link.ask('join', data))
      }
      case 'resume':
        return arrive(link.ask('resume', effect.resume))
      case 'wait': {
        const delayMs = Math.max(effect.atLeastMs, backoffMs(reconnectBackoff, effect.attempt, options.random))
        timer = clock.after(delayMs, () => handle({ type: 'retryDue' }))
        return
      }
      default:
        return assertNever(effect)
    }
  }

  function handle(event: LifeEvent): void {
    const before = store.state.life
    const { next, effects } = stepLife(before, event, clock.monotonicMs())
    if (next === before) return
    timer?.cancel()
    timer = undefined
    store.update((state) => ({ ...state, life: next }))
    for (const effect of effects) perform(effect)
    if (next.at === 'closed') options.onClosed()
  }

  return {
    handle,
    // On a connection that has not joined yet every other request would be refused.
    ask: (method, data) =>
      store.state.life.at === 'live'
        ? link.ask(method, data)
        : Promise.reject(commonErrors.raise.unavailable({ what: 'The meeting server' })),
  }
}
