import { placementView, type Moment } from '../ledger/ledgerView.ts'
import type { WantedDrain } from '../ledger/drainOf.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { MeetingEntry } from '../ledger/meetingEntry.ts'
import type { NodeEntry } from '../ledger/nodeEntry.ts'
import { place } from '../placement/place.ts'
import type { DrainReport } from '../../sfu/api/drain.ts'

/** A meeting on a draining node whose people have nowhere to go at the moment. */
export interface BlockedMeeting {
  /** `namespace/name`. */
  readonly meeting: string
  readonly why: string
}

/** Everything that a drain depends on. */
export interface DrainView {
  /** What the object asks for; undefined where nobody asked. */
  readonly wanted: WantedDrain | undefined
  /** How far it is, by the node's own word. */
  readonly told: DrainReport | undefined
  readonly blocked: readonly BlockedMeeting[]
}

/** Why nobody of the meeting who is on the node could be placed anywhere else; undefined where somebody could. */
function whyStuck(ledger: Ledger, entry: MeetingEntry, on: { node: string } & Moment): string | undefined {
  const [somebody] = entry.people.on(on.node)
  if (somebody === undefined) return undefined
  const { participant, attachment, hidden } = somebody
  const { namespace, name } = entry
  const decision = place(placementView(ledger, entry, on), {
    ...{ namespace, name, participant, replaces: attachment },
    rights: { publish: ['microphone', 'camera'], subscribe: true, hidden },
    excludeNodes: [on.node],
  })
  return decision.result === 'placed' ? undefined : decision.reason
}

/** Gathers what the drain of a node depends on. Costs one placement a meeting on the node, and nothing while it takes work. */
export function viewDrain(ledger: Ledger, node: NodeEntry, at: Moment): DrainView {
  const { drain: wanted, drainTold: told } = node
  if (wanted === undefined && told === undefined) return { wanted, told, blocked: [] }
  const blocked = [...ledger.meetings.on(node.name)].flatMap((entry): readonly BlockedMeeting[] => {
    const why = whyStuck(ledger, entry, { node: node.name, ...at })
    return why === undefined ? [] : [{ meeting: entry.key, why }]
  })
  return { wanted, told, blocked: blocked.toSorted((a, b) => (a.meeting < b.meeting ? -1 : 1)) }
}
