import { aborted } from '../../../kit/abort.ts'
import type { Clock } from '../../../kit/clock.ts'
import type { Call, CallFault } from './callFault.ts'
import type { ProcessLife } from './processLife.ts'

/** What {@link createGate} needs. */
export interface GateOptions {
  readonly life: ProcessLife
  /** The world's time: what travels goes on while the process is paused. */
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  /** What happens to this call. */
  readonly fault: (call: Call) => CallFault
  /** Whether the way there is cut: nothing arrives, and nothing comes back. */
  readonly isCut: (call: Call) => boolean
  /** The process dies at this moment. */
  readonly crash: () => void
}

/** How one call may go wrong for its caller. */
export interface CallErrors {
  /** A time limit of the client's own, milliseconds. */
  readonly timeoutMs: number
  readonly late: () => Error
  readonly lost: () => Error
  readonly refused: () => Error
  readonly signal?: AbortSignal | undefined
}

/** Everything that one process asks of others passes here. */
export interface Gate {
  pass<R>(call: Call, errors: CallErrors, act: () => R | Promise<R>): Promise<R>
  /** Something that others told arrives: when the process runs and the way is open, or never. */
  arrive(call: Call, signal: AbortSignal): Promise<void>
  /** Waits some of the seconds by which things are late. */
  delay(signal: AbortSignal): Promise<void>
}

/** A late request may arrive long after its caller gave up. */
const lateAtMostMs = 20_000
const lookAgainMs = 250

const never = <R>(): Promise<R> => new Promise<R>(() => undefined)

/** Makes the gate of one process. */
export function createGate({ life, clock, random, fault, isCut, crash }: GateOptions): Gate {
  async function travel<R>(happens: CallFault, errors: CallErrors, act: () => R | Promise<R>): Promise<R> {
    if (happens === 'hung') return never()
    if (happens === 'lateRequest') await clock.sleep(random() * lateAtMostMs)
    const result = await act()
    if (happens === 'lateAnswer') await clock.sleep(random() * lateAtMostMs)
    if (happens === 'lostAnswer') throw errors.lost()
    return result
  }

  /** The answer, unless the caller's time is up or it no longer wants it. */
  async function within<R>(errors: CallErrors, answer: Promise<R>): Promise<R> {
    const { timeoutMs, late, signal } = errors
    answer.catch(() => undefined)
    const limit = new AbortController()
    const timer = clock.after(timeoutMs, () => limit.abort(late()))
    try {
      return await Promise.race([answer, rejected<R>(limit.signal), ...(signal === undefined ? [] : [rejected<R>(signal)])])
    } finally {
      timer.cancel()
    }
  }

  async function meet<R>(happens: CallFault, errors: CallErrors, act: () => R | Promise<R>): Promise<R> {
    if (happens === 'refused') throw errors.refused()
    if (happens === 'lostRequest') throw errors.lost()
    if (happens === 'crashBefore' || happens === 'crashAfter') {
      if (happens === 'crashAfter') await Promise.resolve(act()).catch(() => undefined)
      crash()
      return never()
    }
    return within(errors, travel(happens, errors, act))
  }

  return {
    async pass(call, errors, act) {
      if (!life.alive) return never()
      errors.signal?.throwIfAborted()
      const happens = isCut(call) ? 'hung' : fault(call)
      try {
        return happens === undefined ? await act() : await meet(happens, errors, act)
      } finally {
        if (life.paused || !life.alive) await life.awake()
      }
    },
    async arrive(call, signal) {
      while (isCut(call)) await clock.sleep(lookAgainMs, signal)
      if (life.paused || !life.alive) await Promise.race([life.awake(), aborted(signal)])
    },
    delay: (signal) => clock.sleep(random() * lateAtMostMs, signal),
  }
}

async function rejected<R>(signal: AbortSignal): Promise<R> {
  await aborted(signal)
  throw signal.reason
}
