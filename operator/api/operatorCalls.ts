import type { Clock } from '../../kit/clock.ts'
import { CodedError, commonErrors } from '../../kit/errors.ts'
import type { OperatorCall, OperatorHttp } from './operatorHttp.ts'

/** How long an answer may take: a try, all tries together, and a try soon after all of them failed. */
const tryTimeoutMs = 900
const budgetMs = 1_800
const probeTimeoutMs = 300
/** For how long after a failure one short try is enough. */
const awayForMs = 5_000
/** Pause between two rounds over all operators; a random part of it, at least half. */
const pauseMs = 150

/** Asks operators in turn until one answers. */
export interface OperatorCalls {
  /**
   * The JSON of the first answer. Rejects with the coded error of the last try; one that no other operator would answer better
   * (`retry: never`, `leader_unknown`) ends the tries at once. Never takes longer than about two seconds.
   */
  ask(call: Omit<OperatorCall, 'timeoutMs'>): Promise<unknown>
}

/** Whether nobody else would answer better: the request is at fault, or no operator leads. */
const isFinal = (error: CodedError): boolean => error.retry === 'never' || error.code === 'leader_unknown'

/** Makes the way to several operators, the one that answered last first. */
export function createOperatorCalls(options: {
  urls: readonly string[]
  http: Pick<OperatorHttp, 'call'>
  clock: Clock
  random: () => number
}): OperatorCalls {
  const { urls, http, clock, random } = options
  let preferred = 0
  let awayUntilMs = Number.NEGATIVE_INFINITY

  async function round(call: Omit<OperatorCall, 'timeoutMs'>, deadlineMs: number): Promise<{ body: unknown } | CodedError> {
    let last = commonErrors.raise.unavailable({ what: 'The operator' })
    const timeoutMs = clock.monotonicMs() < awayUntilMs ? probeTimeoutMs : tryTimeoutMs
    for (let offset = 0; offset < urls.length; offset++) {
      const leftMs = deadlineMs - clock.monotonicMs()
      if (leftMs <= 0) break
      const index = (preferred + offset) % urls.length
      try {
        const body = await http.call(urls[index] ?? '', { ...call, timeoutMs: Math.ceil(Math.min(timeoutMs, leftMs)) })
        preferred = index
        awayUntilMs = Number.NEGATIVE_INFINITY
        return { body }
      } catch (thrown) {
        if (!(thrown instanceof CodedError) || thrown.retry === 'never') throw thrown
        last = thrown
        if (isFinal(thrown)) break
      }
    }
    return last
  }

  return {
    async ask(call) {
      const deadlineMs = clock.monotonicMs() + (clock.monotonicMs() < awayUntilMs ? probeTimeoutMs : budgetMs)
      for (;;) {
        const result = await round(call, deadlineMs)
        if (!(result instanceof CodedError)) return result.body
        const waitMs = pauseMs / 2 + (random() * pauseMs) / 2
        if (isFinal(result) || clock.monotonicMs() + waitMs >= deadlineMs) {
          awayUntilMs = clock.monotonicMs() + awayForMs
          throw result
        }
        await clock.sleep(waitMs, call.signal)
      }
    },
  }
}
