import type { MediaNodePool } from '../../crds/index.ts'
import type { OpenNodes, PlacementView } from '../placement/view.ts'
import { wholeMs, type Ledger } from './ledger.ts'
import type { MeetingEntry, Segment } from './meetings/meetingEntry.ts'
import type { NodeEntry } from './nodes/nodeEntry.ts'

/** One moment by both clocks: the monotonic one, and that of the wall. */
export interface Moment {
  readonly nowMs: number
  readonly wallMs: number
}

/** The ledger as a placement sees it at one moment. One is made for each decision: a class, so that it is an object and no closures. */
class LedgerView implements PlacementView {
  readonly nowMs: number
  readonly wallMs: number
  readonly meeting: MeetingEntry | undefined
  readonly #ledger: Ledger

  constructor(ledger: Ledger, meeting: MeetingEntry | undefined, at: Moment) {
    this.#ledger = ledger
    this.meeting = meeting
    this.nowMs = at.nowMs
    this.wallMs = at.wallMs
  }

  get pools(): readonly MediaNodePool[] {
    return this.#ledger.nodes.pools()
  }

  hostOf(segment: Segment): NodeEntry | undefined {
    return this.#ledger.nodes.hosts.of(segment)
  }

  regionOf(segment: Segment): string | undefined {
    return this.#ledger.nodes.hosts.regionOf(segment)
  }

  node(name: string): NodeEntry | undefined {
    return this.#ledger.nodes.get(name)
  }

  open(pool: string, edgeVersion: number | undefined): OpenNodes {
    return this.#ledger.nodes.open(pool, edgeVersion)
  }

  whyNoneIn(namespace: string): string | undefined {
    return this.#ledger.namespaces.whyNot(namespace)
  }

  adHocCount(pool: string): number {
    return this.#ledger.meetings.adHocCount(pool)
  }
}

/** The meeting of that name once the unused grants of it have fallen, and with the last of them perhaps itself. */
function sweptMeeting(ledger: Ledger, key: string, nowMs: number): MeetingEntry | undefined {
  const entry = ledger.meetings.get(key)
  return entry !== undefined && ledger.meetings.sweep(entry, nowMs) ? ledger.meetings.get(key) : entry
}

/** What may be seen of the ledger for a placement in this meeting. Sweeps first, so that what is stale is out. */
export function placementView(ledger: Ledger, meeting: { namespace: string; name: string }, at: Moment): PlacementView {
  const nowMs = wholeMs(at.nowMs)
  ledger.sweep(nowMs)
  const entry = sweptMeeting(ledger, `${meeting.namespace}/${meeting.name}`, nowMs)
  return new LedgerView(ledger, entry, { nowMs, wallMs: at.wallMs })
}
