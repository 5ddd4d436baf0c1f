import type { WantedDrain } from '../ledger/nodes/drainOf.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { placementView, type Moment } from '../ledger/ledgerView.ts'
import type { MeetingEntry, Segment } from '../ledger/meetings/meetingEntry.ts'
import type { DrainTaken, NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { nodeStateOf } from '../ledger/nodes/nodeState.ts'
import type { Placement } from '../ledger/people/stay.ts'
import { place } from '../placement/place.ts'
import type { DrainReport } from '../../sfu/api/drain.ts'

/** Why nobody of a meeting is to be told to go: no other node takes its people, or its spec lets nobody be moved. */
export interface Held {
  readonly reason: 'NoPlace' | 'Never'
  readonly why: string
}

/** A meeting with people, or grants for people, on a node that is emptied. */
export interface DrainedMeeting {
  /** `namespace/name`. */
  readonly meeting: string
  /** People who are on the node; who holds a grant for it that is not used yet is none, and comes no more once it drains. */
  readonly here: number
  /** People in the whole meeting. */
  readonly everywhere: number
  /** Undefined where people may be told to go. */
  readonly held: Held | undefined
  /** Whoever may publish stays. */
  readonly audienceOnly: boolean
  /** Other media nodes that are emptied of it at the same time; undefined where there is none. */
  readonly shared: Shared | undefined
}

/** Several media nodes that are emptied of one meeting. */
export interface Shared {
  /** By name, this one too. */
  readonly nodes: readonly string[]
  /** People on all of them. */
  readonly people: number
}

/** Everything that a drain depends on. */
export interface DrainView {
  /** What the object asks for; undefined where nobody asked. */
  readonly wanted: WantedDrain | undefined
  /** How far it is, by the node's own word. */
  readonly told: DrainReport | undefined
  /** What it was ordered last. */
  readonly taken: DrainTaken | undefined
  /** By name. */
  readonly meetings: readonly DrainedMeeting[]
  /** Meetings whose other media nodes hear each other through this one: `namespace/name`, by name. */
  readonly passesOn: readonly string[]
}

type Person = Pick<Placement, 'participant' | 'attachment' | 'hidden'>

/** Who of a meeting is on a node, under whichever of its incarnations: its agent goes by the name alone, and has all of them go or stay. */
function peopleOn(entry: MeetingEntry, node: string): readonly Person[] {
  const strays = [...entry.strays.values()].filter((stray) => stray.node === node)
  return [
    ...[...entry.people.on(node)].filter(({ attached }) => attached),
    ...strays.flatMap(({ report }) => report.participants),
  ]
}

/** Who holds a grant for it: they may have come by the time at which it is told to drain. */
const comingTo = (entry: MeetingEntry, node: string): readonly Person[] =>
  [...entry.people.on(node)].filter(({ attached }) => !attached)

/** Why nobody of the meeting who is on the node could be placed anywhere else; undefined where somebody could. */
function whyStuck(ledger: Ledger, entry: MeetingEntry, on: { node: string } & Moment): string | undefined {
  const [somebody] = [...peopleOn(entry, on.node), ...comingTo(entry, on.node)]
  if (somebody === undefined) return undefined
  const { participant, attachment, hidden } = somebody
  const { namespace, name } = entry
  const decision = place(placementView(ledger, entry, on), {
    ...{ namespace, name, participant, replaces: attachment },
    rights: { publish: ['microphone', 'camera'], subscribe: true, hidden },
    excludeNodes: [on.node],
  })
  // Whoever is in a meeting that is over is about to be told so: nobody waits for them.
  return decision.result === 'placed' || decision.code === 'meeting_ended' ? undefined : decision.reason
}

function heldBy(ledger: Ledger, entry: MeetingEntry, on: { node: string } & Moment): Held | undefined {
  if (entry.object?.spec.disruption === 'never') return { reason: 'Never', why: 'its spec.disruption lets nobody be moved' }
  const why = whyStuck(ledger, entry, on)
  return why === undefined ? undefined : { reason: 'NoPlace', why }
}

/** Whether somebody of the meeting is to leave that node, by an order that it can hear. */
function isLeft(ledger: Ledger, entry: MeetingEntry, on: { name: string; nowMs: number }): boolean {
  const node = ledger.nodes.get(on.name)
  const here = peopleOn(entry, on.name).length
  if (node === undefined || here === 0 || nodeStateOf(node, on.nowMs).state !== 'draining') return false
  const staying = node.drainTold?.staying?.find(({ meeting }) => meeting === entry.key)?.people ?? 0
  return staying < here
}

/** The nodes that share the meeting's budget with this one. Where only one has somebody who goes, it is that one's. */
function sharedBy(ledger: Ledger, entry: MeetingEntry, on: { node: string; nowMs: number }): Shared | undefined {
  const hosts = new Set([...entry.segments.keys(), ...[...entry.strays.values()].map(({ node }) => node)])
  const nodes = [...hosts].filter((name) => isLeft(ledger, entry, { name, nowMs: on.nowMs })).toSorted()
  if (nodes.length < 2 || !nodes.includes(on.node)) return undefined
  return { nodes, people: nodes.reduce((sum, name) => sum + peopleOn(entry, name).length, 0) }
}

/** Whether others hear each other through it, by what its node told last: it is a core with leaves. */
const passesMediaOn = (segment: Segment | undefined): boolean =>
  segment?.report?.role === 'core' && segment.report.peers.some(({ role }) => role === 'leaf')

/** Gathers what the drain of a node depends on. Costs one placement a meeting on the node, and nothing while it takes work. */
export function viewDrain(ledger: Ledger, node: NodeEntry, at: Moment): DrainView {
  const { drain: wanted, drainTold: told, drainTaken: taken } = node
  if (wanted === undefined && told === undefined) return { wanted, told, taken, meetings: [], passesOn: [] }
  const hosted = ledger.meetings.on(node.name)
  const meetings = hosted
    .filter((entry) => peopleOn(entry, node.name).length + comingTo(entry, node.name).length > 0)
    .map((entry): DrainedMeeting => ({
      meeting: entry.key,
      here: peopleOn(entry, node.name).length,
      everywhere: entry.people.seats,
      held: heldBy(ledger, entry, { node: node.name, ...at }),
      audienceOnly: entry.object?.spec.disruption === 'audienceOnly',
      shared: sharedBy(ledger, entry, { node: node.name, nowMs: at.nowMs }),
    }))
  const passesOn = hosted.filter(({ segments }) => passesMediaOn(segments.get(node.name))).map(({ key }) => key)
  return {
    wanted,
    told,
    taken,
    meetings: meetings.toSorted((a, b) => (a.meeting < b.meeting ? -1 : 1)),
    passesOn: passesOn.toSorted(),
  }
}
