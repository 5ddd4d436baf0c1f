import { apiFaults, callFaults, eventFaults, type ApiFault, type Call, type CallFault, type EventFault } from './callFault.ts'
import type { Counters } from './counters.ts'

/** How many of a hundred calls go wrong while it storms; of a history, by its seed. */
const intensities = [0.05, 0.15, 0.3, 0.6] as const
/** A crash ends all that a process might still do wrong, so it is rarer than what can happen to a call. */
const crashShare = 0.1
/** The call at which a process dies in some histories: as many as a short one makes. */
const crashWithinCalls = 400

const isCrash = (fault: string): boolean => fault === 'crashBefore' || fault === 'crashAfter'
const isWrite = ({ verb }: Call): boolean => verb === 'mergePatch' || verb === 'patchStatus' || verb === 'delete'

/** What the API server can answer to this call at all. */
const possible: Readonly<Record<ApiFault, (call: Call) => boolean>> = {
  conflict: isWrite,
  tooManyRequests: () => true,
  unavailable: () => true,
  gone: ({ verb }) => verb === 'list' || verb === 'watch',
  staleList: ({ verb }) => verb === 'list',
}

/**
 * Decides by a seed what happens to each call, answer and event. Each history knows about half of all faults, so that none hides behind
 * the others (swarm testing: Groce and others, ISSTA 2012), and how many there are of them; they come while it storms.
 */
export class Weather {
  readonly #random: () => number
  readonly #counters: Counters
  readonly #known: ReadonlySet<string>
  readonly #intensity: number
  #storms = false
  #callsUntilCrash: number

  constructor(random: () => number, counters: Counters) {
    this.#random = random
    this.#counters = counters
    this.#known = new Set([...callFaults, ...apiFaults, ...eventFaults].filter(() => random() < 0.5))
    this.#intensity = intensities[Math.floor(random() * intensities.length)] ?? 0
    this.#callsUntilCrash = random() < 0.3 ? 1 + Math.floor(random() * crashWithinCalls) : Infinity
  }

  storm(storms: boolean): void {
    this.#storms = storms
  }

  /** From now on all calls succeed. */
  end(): void {
    this.#storms = false
    this.#callsUntilCrash = Infinity
  }

  call(call: Call): CallFault {
    this.#counters.add('calls')
    if (--this.#callsUntilCrash === 0) return this.#hit(this.#random() < 0.5 ? 'crashBefore' : 'crashAfter', call)
    const fault = this.#draw(callFaults)
    if (fault === undefined || (isCrash(fault) && this.#random() >= crashShare)) return undefined
    return this.#hit(fault, call)
  }

  api(call: Call): ApiFault | undefined {
    const fault = this.#draw(apiFaults)
    return fault === undefined || !possible[fault](call) ? undefined : this.#hit(fault, call)
  }

  event(call: Call): EventFault | undefined {
    const fault = this.#draw(eventFaults)
    return fault === undefined ? undefined : this.#hit(fault, call)
  }

  #hit<F extends string>(fault: F, { to }: Call): F {
    this.#counters.add(`${to} ${fault}`)
    return fault
  }

  #draw<F extends string>(faults: readonly F[]): F | undefined {
    if (!this.#storms || this.#random() >= this.#intensity) return undefined
    const fault = faults[Math.floor(this.#random() * faults.length)]
    return fault !== undefined && this.#known.has(fault) ? fault : undefined
  }
}
