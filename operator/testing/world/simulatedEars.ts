import type { MeetingRef } from '../../../sfu/api/identity.ts'
import type { LoadLine } from '../../../sfu/api/load.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import type { TakenOrder } from '../fakes/fakeAgents.ts'
import type { Arrival } from '../fakes/fakeArrival.ts'
import type { Call } from '../faults/callFault.ts'
import type { SentWrite, SimulatedOperator } from './simulatedOperator.ts'

/** A place that somebody was given. */
export interface GivenPlace {
  readonly operator: SimulatedOperator
  readonly meeting: MeetingRef
  readonly participant: string
  readonly node: string
  /** Nodes that failed them: of those that they did not want, as the operator took it in the turn in which it decided. */
  readonly failed: readonly string[]
  /** Nodes that would have taken them in that turn, by the rules that every placement passes but for who has failed whom. */
  readonly takers: readonly string[]
  /** It was meant for them: they were told to move there, or their node was lost. */
  readonly isMeant: boolean
}

/** Somebody who is told to leave a node: it drains, or they alone are moved. */
export interface ToldPerson {
  readonly node: string
  readonly meeting: MeetingRef
  readonly person: SegmentReport['participants'][number]
  readonly why: 'drain' | 'move'
}

/** What somebody who watches a simulation may be told. */
export interface SimulatedEars {
  /** A node is about to follow an order for a segment. */
  readonly taking: (node: string, about: Pick<TakenOrder, 'meeting'>) => void
  readonly taken: (taken: TakenOrder, operator: string) => void
  readonly sent: (write: SentWrite) => void
  /** It is about to take effect, or to be refused. */
  readonly writing: (write: SentWrite) => void
  readonly written: (write: SentWrite) => void
  /** A line of a load stream reaches an operator. */
  readonly heard: (node: string, operator: string, line: LoadLine) => void
  /** Somebody asks for a place, without the nodes that failed them. */
  readonly asked: (wish: { readonly unwanted: readonly string[] }) => void
  /** An operator has placed somebody. */
  readonly gavePlace: (place: GivenPlace) => void
  /** A call meets a way that is cut. */
  readonly cut: (call: Call, operator: string) => void
  /** A node tells somebody to go. */
  readonly told: (told: ToldPerson) => void
  /** Somebody is attached to a node; by a fallback grant, or by one of an operator's. */
  readonly attached: (meeting: MeetingRef, arrival: Arrival, node: string) => void
}

/** Tells each of many ears. */
export function allEars(many: readonly Partial<SimulatedEars>[]): SimulatedEars {
  return {
    taking: (node, about) => many.forEach((ears) => ears.taking?.(node, about)),
    taken: (taken, operator) => many.forEach((ears) => ears.taken?.(taken, operator)),
    sent: (write) => many.forEach((ears) => ears.sent?.(write)),
    writing: (write) => many.forEach((ears) => ears.writing?.(write)),
    written: (write) => many.forEach((ears) => ears.written?.(write)),
    heard: (node, operator, line) => many.forEach((ears) => ears.heard?.(node, operator, line)),
    asked: (wish) => many.forEach((ears) => ears.asked?.(wish)),
    gavePlace: (place) => many.forEach((ears) => ears.gavePlace?.(place)),
    told: (person) => many.forEach((ears) => ears.told?.(person)),
    cut: (call, operator) => many.forEach((ears) => ears.cut?.(call, operator)),
    attached: (meeting, arrival, node) => many.forEach((ears) => ears.attached?.(meeting, arrival, node)),
  }
}
