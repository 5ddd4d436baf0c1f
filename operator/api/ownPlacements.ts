import type { Clock } from '../../kit/clock.ts'
import type { MeetingName } from './client.ts'
import type { Placed } from './placement.ts'
import type { Topology, TopologyMeeting } from './topology.ts'

/** What this process learnt from its own placements and the topology does not tell yet. */
export interface OwnPlacements {
  remember(placed: Pick<Placed, 'meeting' | 'node'>): void
  /** A new topology came: what it tells need not be remembered. */
  told(topology: Topology): void
  /** The topology with what is remembered of `meeting`. */
  completed(topology: Topology, meeting: MeetingName): Topology
}

interface Remembered {
  readonly incarnation: string
  readonly nodes: ReadonlySet<string>
  readonly atMs: number
}

/** A topology that came so much later and still does not tell of a placement tells that it came to nothing. */
const tellsLaterMs = 10_000

const keyOf = ({ namespace, name }: MeetingName): string => `${namespace}/${name}`

/** The entry with what is remembered; where both name an incarnation, the topology's counts. */
function joined(told: TopologyMeeting | undefined, own: Remembered, { namespace, name }: MeetingName): TopologyMeeting {
  if (told === undefined) return { namespace, name, incarnation: own.incarnation, closed: false, nodes: [...own.nodes] }
  if (told.incarnation !== undefined && told.incarnation !== own.incarnation) return told
  return { ...told, incarnation: own.incarnation, nodes: [...new Set([...told.nodes, ...own.nodes])] }
}

/**
 * Makes the memory. A join that follows another by milliseconds must find its meeting even if the operator went away between them, before
 * its stream told of the first; and meetings that are placed by fallback stay one for as long as no operator tells of them.
 */
export function createOwnPlacements(clock: Clock): OwnPlacements {
  const own = new Map<string, Remembered>()

  function isSettled(remembered: Remembered, told: TopologyMeeting | undefined): boolean {
    if (told?.incarnation !== undefined && told.incarnation !== remembered.incarnation) return true
    const allTold = told?.incarnation !== undefined && [...remembered.nodes].every((node) => told.nodes.includes(node))
    return allTold || clock.monotonicMs() - remembered.atMs > tellsLaterMs
  }

  return {
    remember({ meeting, node }) {
      const before = own.get(keyOf(meeting))
      const nodes = before?.incarnation === meeting.incarnation ? [...before.nodes, node] : [node]
      own.set(keyOf(meeting), { incarnation: meeting.incarnation, nodes: new Set(nodes), atMs: clock.monotonicMs() })
    },
    told(topology) {
      if (own.size === 0) return
      const byKey = new Map(topology.meetings.map((meeting) => [keyOf(meeting), meeting]))
      for (const [key, remembered] of own) if (isSettled(remembered, byKey.get(key))) own.delete(key)
    },
    completed(topology, meeting) {
      const remembered = own.get(keyOf(meeting))
      if (remembered === undefined) return topology
      const told = topology.meetings.find((each) => keyOf(each) === keyOf(meeting))
      const others = topology.meetings.filter((each) => each !== told)
      return { ...topology, meetings: [...others, joined(told, remembered, meeting)] }
    },
  }
}
