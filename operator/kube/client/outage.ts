import type { Clock } from '../../../kit/clock.ts'
import type { Log } from '../../../kit/log.ts'
import { ApiError, type ApiErrorReason } from './apiError.ts'

/** Tells what does not work at the moment, once for all parts that suffer from one cause, and when it works again. */
export interface Outage {
  /** `part` (`watch of Meeting`) has failed; saying it again is free. */
  begun(part: string, error: unknown): void
  /** `part` works. */
  over(part: string): void
}

const unreachable: readonly ApiErrorReason[] = ['network', 'timeout', 'unavailable', 'tooManyRequests', 'badResponse']

/** Makes the teller of outages. The death of an API server that ten watches and the Lease depend on is one line, not eleven. */
export function createOutage(options: { log: Log; clock: Clock }): Outage {
  const { log, clock } = options
  /** The parts that suffer, by cause. */
  const causes = new Map<string, { readonly parts: Set<string>; readonly sinceMs: number }>()

  const causeOf = (part: string, error: unknown): string =>
    error instanceof ApiError && !unreachable.includes(error.reason) ? `${error.reason} ${part}` : 'unreachable'

  return {
    begun(part, error) {
      const cause = causeOf(part, error)
      const known = causes.get(cause)
      if (known) return void known.parts.add(part)
      causes.set(cause, { parts: new Set([part]), sinceMs: clock.monotonicMs() })
      const message =
        cause === 'unreachable'
          ? 'the API server does not answer; it is asked again'
          : 'the API server refuses; it is asked again'
      log.warn({ object: part, err: error }, message)
    },
    over(part) {
      for (const [cause, { parts, sinceMs }] of causes) {
        if (!parts.delete(part) || parts.size > 0) continue
        causes.delete(cause)
        log.info({ object: part, durationMs: Math.round(clock.monotonicMs() - sinceMs) }, 'the API server answers again')
      }
    },
  }
}
