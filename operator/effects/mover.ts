import type { Clock } from '../../kit/clock.ts'
import { asCodedError, type CodedError } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import type { MeetingName } from '../api/client.ts'
import { placementErrors } from '../api/errors.ts'
import type { MoveAnswer, MoveRefusal, MoveRequest } from '../api/move.ts'
import { placementView } from '../ledger/ledgerView.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { MeetingEntry } from '../ledger/meetings/meetingEntry.ts'
import { personOf } from '../ledger/people/moves.ts'
import { reserveAhead } from '../ledger/reserve.ts'
import type { Placement } from '../ledger/people/stay.ts'
import { wishOfStay } from '../ledger/meetings/wishOfStay.ts'
import type { OperatorMetrics } from '../metrics.ts'
import { place } from '../placement/place.ts'
import { placeOn, type DecisionOn } from '../placement/placeOn.ts'
import type { Decision, Wish } from '../placement/view.ts'
import { createIdempotency } from './idempotency.ts'
import type { NodeOrders } from './nodeOrders.ts'

/** What {@link createMover} needs. */
export interface MoverOptions {
  readonly ledger: Ledger
  /** Orders of this replica's term. */
  readonly orders: () => Pick<NodeOrders, 'move'>
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly metrics: OperatorMetrics
}

/** Moves one participant to another media node. Only the leader's may be asked. */
export interface Mover {
  /** Raises `meeting_unknown` and `attachment_unknown`. The same attachment again, while it is under way, gets the same answer. */
  move(meeting: MeetingName, participant: string, request: MoveRequest): Promise<MoveAnswer>
}

/** When to try again, with jitter: a report of the node comes each second. */
const tryAfterMs = { least: 1_000, jitter: 1_000 }
/** The longest that a move takes to be answered, which is until the old node has the order. It is on the operator's own network. */
export const moveAtMostMs = 3_000
/** While somebody is on the way, an order for the same attachment is the same. */
const underWay = { keepMs: 20_000, keepAtMost: 10_000 }

interface Asked {
  readonly meeting: MeetingName
  readonly entry: MeetingEntry
  readonly stay: Placement
  readonly request: MoveRequest
}

/** Makes the mover. */
export function createMover(options: MoverOptions): Mover {
  const { ledger, clock, random, log, metrics } = options
  const answers = createIdempotency<MoveAnswer>({ clock, ...underWay, isKept: ({ result }) => result === 'ordered' })

  const later = (code: MoveRefusal, reason: string): MoveAnswer => {
    return { result: 'tryAfter', code, reason, retryAfterMs: Math.round(tryAfterMs.least + random() * tryAfterMs.jitter) }
  }
  const never = (code: MoveRefusal, reason: string): MoveAnswer => ({ result: 'refused', code, reason })

  function wishOf({ entry, stay, request }: Asked): Wish {
    const { node } = stay
    const wish = wishOfStay(entry, stay, { segment: entry.segments.get(node), region: ledger.nodes.get(node)?.region })
    return { ...wish, excludeNodes: [node, ...(request.excludeNodes ?? [])] }
  }

  function decide(of: Asked): Decision | DecisionOn | { result: 'unknown' } {
    const { request, meeting } = of
    const view = placementView(ledger, meeting, { nowMs: clock.monotonicMs(), wallMs: clock.nowMs() })
    const wish = wishOf(of)
    if (request.node === undefined) return place(view, wish)
    const node = ledger.nodes.get(request.node)
    return node === undefined ? { result: 'unknown' } : placeOn(view, wish, node)
  }

  async function order(of: Asked, to: { node: string; region: string; why: string }): Promise<MoveAnswer> {
    const { entry, meeting, stay, request } = of
    const { participant, attachment, node: from } = stay
    const nowMs = clock.monotonicMs()
    const person = personOf(meeting, participant)
    const reservation = reserveAhead(ledger, entry, { node: to.node, rights: wishOf(of).rights, nowMs })
    ledger.moves.begin(person, { attachment, from, to: to.node, reason: request.reason, reservation }, nowMs)
    const isTold = await tell(of).catch((thrown: unknown) => asCodedError(thrown))
    if (isTold === true) {
      const { reason } = request
      log.info({ namespace: meeting.namespace, meeting: meeting.name, participant, attachment, node: to.node, reason }, 'move')
      return { result: 'ordered', attachment, from, node: to.node, region: to.region, reason: `${reason}; ${to.why}` }
    }
    ledger.moves.end(person)
    ledger.reservations.drop(reservation)
    if (isTold === false) return later('participant_away', `the connection of ${participant} is lost; they hear nothing now`)
    if (isTold.code === 'attachment_gone') throw unknown(meeting, participant, attachment)
    return later('node_unreachable', `${from}, where they are, did not take the order: ${isTold.message}`)
  }

  async function tell({ entry, meeting, stay, request }: Asked): Promise<boolean> {
    const { participant, attachment, node } = stay
    const incarnation = entry.incarnation ?? ''
    const what = { meeting: { ...meeting, incarnation }, participant, attachment, reason: request.reason }
    return options.orders().move(node, what, AbortSignal.timeout(moveAtMostMs))
  }

  async function moveOne(of: Asked): Promise<MoveAnswer> {
    const { stay, request } = of
    const { participant, node: from } = stay
    if (request.node === from) return never('already_there', `${participant} is on ${from}`)
    if (!stay.attached) return later('not_attached', `${participant} was placed on ${from} and is not attached there yet`)
    const decision = decide(of)
    const byWhom = request.node === undefined ? '' : 'asked for, '
    switch (decision.result) {
      case 'unknown':
        return never('node_unknown', `there is no media node ${request.node ?? ''}`)
      case 'refused':
        return never(decision.code, decision.reason)
      case 'tryAfter':
        return later(decision.code, decision.reason)
      default:
        return order(of, { node: decision.node.name, region: decision.region, why: `${byWhom}${decision.reason}` })
    }
  }

  function asked(meeting: MeetingName, participant: string, request: MoveRequest): Asked {
    const entry = ledger.meetings.get(`${meeting.namespace}/${meeting.name}`)
    if (entry === undefined) throw placementErrors.raise.meeting_unknown({ meeting: `${meeting.namespace}/${meeting.name}` })
    const stay = entry.people.stay(participant, request.attachment)
    if (stay === undefined) throw unknown(meeting, participant, request.attachment)
    return { meeting, entry, stay, request }
  }

  return {
    async move({ namespace, name }, participant, request) {
      const meeting = { namespace, name }
      const key = `${personOf(meeting, participant)} ${request.attachment}`
      // Who has been told may have left where they were: only a first order asks for them.
      const answer = await answers.once(key, async () => moveOne(asked(meeting, participant, request)))
      metrics.moves.inc({ result: answer.result, code: answer.result === 'ordered' ? '' : answer.code })
      return answer
    },
  }
}

function unknown(meeting: MeetingName, participant: string, attachment: string): CodedError {
  const of = { meeting: `${meeting.namespace}/${meeting.name}`, participant, attachment }
  return placementErrors.raise.attachment_unknown(of, { field: 'body.attachment' })
}
