import { conditionReasons } from '../../crds/index.ts'
import type { Probe, ProbeTarget } from '../../sfu/api/probe.ts'

/** Whether clients reach a media node, as far as the operator can tell from where it runs. */
export interface Reach {
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  /** One line for people; the same as long as nothing changes. */
  readonly message: string
}

/** One target that was asked, and whether it answered. */
export interface Asked {
  readonly worker: number
  readonly target: ProbeTarget
  readonly answered: boolean
}

const reasons = conditionReasons.MediaNode
/** From where: what holds for the operator need not hold for people. */
const fromHere = 'tried from the operator'

/** Of each media process the first two addresses are tried: a bound, and clients rarely look further. */
const addressesTried = 2

/** The targets of a probe that are tried: those of its first addresses. */
export function targetsToTry({ targets }: Probe): readonly ProbeTarget[] {
  const addresses = [...new Set(targets.map(({ address }) => address))].slice(0, addressesTried)
  return targets.filter(({ address }) => addresses.includes(address))
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address)

/** Targets in words: `udp 203.0.113.7:40000,40001`. */
function inWords(asked: readonly Asked[]): string {
  const places = Map.groupBy(asked, ({ target: { protocol, address } }) => `${protocol} ${bracketed(address)}`)
  return [...places]
    .map(([place, each]) => `${place}:${[...new Set(each.map(({ target }) => target.port))].toSorted((a, b) => a - b).join(',')}`)
    .join(', ')
}

/** Judges a round: a media process is reached by any of its targets, the node by all of its processes. */
export function judge(asked: readonly Asked[]): Reach {
  if (asked.length === 0)
    return { status: 'Unknown', reason: reasons.notTried, message: 'no media process runs that could be tried' }
  const silent = asked.filter(({ answered }) => !answered)
  const unreached = [...Map.groupBy(asked, ({ worker }) => worker).values()].filter(
    (each) => !each.some(({ answered }) => answered),
  )
  if (unreached.length > 0) {
    const advice = 'a firewall closes the ports, or the address is another'
    return {
      status: 'False',
      reason: reasons.noAnswer,
      message: `no answer at ${inWords(unreached.flat())}, ${fromHere}: ${advice}`,
    }
  }
  if (silent.length === 0)
    return { status: 'True', reason: reasons.answered, message: `answers at ${inWords(asked)}, ${fromHere}` }
  const answering = inWords(asked.filter(({ answered }) => answered))
  return {
    status: 'True',
    reason: reasons.answeredPartly,
    message: `answers at ${answering}, but not at ${inWords(silent)}, ${fromHere}`,
  }
}
