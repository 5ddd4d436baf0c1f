import type { Clock } from '../../kit/clock.ts'
import { signalingErrors } from '../api/errors.ts'
import type { ClientMethod } from '../api/protocol.ts'
import { createTokenBucket, type Allowance } from './tokenBucket.ts'

/**
 * What one client may do how often. `requests` covers every request: a page that comes into a meeting of fifty people consumes and
 * resumes two tracks of each at once. ICE restarts: a client with two transports may make five a minute of each (Jicofo's limit).
 */
export const allowances = {
  requests: { burst: 400, periodMs: 20 },
  messages: { burst: 10, periodMs: 1_000 },
  reactions: { burst: 10, periodMs: 500 },
  'ICE restarts': { burst: 10, periodMs: 6_000 },
  notifications: { burst: 20, periodMs: 1_000 },
  joins: { burst: 10, periodMs: 5_000 },
} as const satisfies Readonly<Record<string, Allowance>>
type Limited = keyof typeof allowances

const limitedMethods: Partial<Readonly<Record<ClientMethod, Limited>>> = {
  sendChat: 'messages',
  react: 'reactions',
  restartIce: 'ICE restarts',
  join: 'joins',
  resume: 'joins',
}

/** The limits of one connection. */
export interface Limits {
  /** Counts a frame; raises `slow_down` with how long to wait. */
  request(): void
  /** Counts a notification; false once there are too many. Clients have none to send, and older ones may send a few. */
  mayNotify(): boolean
  /** Counts a request of this method; raises `slow_down`. */
  method(method: ClientMethod): void
}

/** Makes the limits of a new connection. */
export function createLimits(clock: Clock): Limits {
  const buckets = new Map(Object.entries(allowances).map(([what, allowance]) => [what, createTokenBucket(allowance, clock)]))

  function spend(what: Limited): void {
    const retryAfterMs = buckets.get(what)?.take()
    if (retryAfterMs !== undefined) throw signalingErrors.raise.slow_down({ what }, { retryAfterMs })
  }

  return {
    request: () => spend('requests'),
    mayNotify: () => buckets.get('notifications')?.take() === undefined,
    method(method) {
      const what = limitedMethods[method]
      if (what) spend(what)
    },
  }
}
