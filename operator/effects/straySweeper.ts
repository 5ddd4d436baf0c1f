import type { Meeting } from '../../crds/index.ts'
import type { Log } from '../../kit/log.ts'
import type { MeetingRef } from '../../sfu/api/identity.ts'
import { compareFences } from '../../sfu/api/order.ts'
import type { Clock } from '../../kit/clock.ts'
import { isApiError } from '../kube/client/apiError.ts'
import type { ApiPort } from '../kube/client/apiPort.ts'
import { kinds } from '../kube/kinds.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PlannedClose } from '../plan/segments.ts'
import type { MeetingView } from '../view/meetingView.ts'
import type { Agents } from './agents.ts'
import type { OrderSender } from './sendOrders.ts'

/** What {@link createStraySweeper} needs. */
export interface StraySweeperOptions {
  readonly api: Pick<ApiPort, 'get'>
  readonly agents: Agents
  readonly ledger: Ledger
  readonly sender: Pick<OrderSender, 'close'>
  readonly clock: Clock
  readonly log: Log
}

/**
 * Closes what a plan takes for left over, once two witnesses agree that are asked now: the API server, whose object does not count it, and the
 * media node, which still has it as it was seen. A cache that is stale, or a memory that begins, is neither. Rejects where one of them
 * cannot be asked: the next plan says whether to try again.
 */
export type StraySweeper = (seen: MeetingView, close: PlannedClose, signal: AbortSignal) => Promise<void>

/** Whether the object says that this incarnation is the meeting. */
const counts = ({ status }: Meeting, incarnation: string): boolean =>
  status?.incarnation === incarnation && status.phase !== 'Ended'

/** Makes the sweeper. */
export function createStraySweeper(options: StraySweeperOptions): StraySweeper {
  const { api, agents, ledger, sender, clock, log } = options

  async function objectOf({ namespace, name, discardedUid }: MeetingView, signal: AbortSignal): Promise<Meeting | undefined> {
    const object = await api.get(kinds.Meeting, { namespace, name }, signal).catch((thrown: unknown) => {
      if (isApiError(thrown, 'notFound')) return undefined
      throw thrown
    })
    return object?.metadata.uid === discardedUid ? undefined : object
  }

  /**
   * Whether the node has the very segment that was seen; what it has instead is learnt. One that follows a later term is there too: the node
   * refuses to close it, by which this leader rises above that term.
   */
  async function isThere(meeting: MeetingRef, { node, fence }: PlannedClose, signal: AbortSignal): Promise<boolean> {
    const url = ledger.nodes.get(node)?.url
    if (url === undefined) return false
    const { client, calls } = agents.at(node, url)
    const report = await calls.run(() => client.getSegment(meeting, signal))
    const nowMs = clock.monotonicMs()
    if (report === undefined) ledger.meetings.closed(node, meeting, nowMs)
    else ledger.meetings.report(node, report, nowMs)
    if (report?.meeting.incarnation !== meeting.incarnation) return false
    return report.epoch > fence.epoch || compareFences(report, fence) <= 0
  }

  return async (seen, close, signal) => {
    const { namespace, name } = seen
    const { node, incarnation } = close
    const meeting = { namespace, name, incarnation }
    const object = await objectOf(seen, signal)
    if (object !== undefined && counts(object, incarnation)) {
      log.info({ namespace, meeting: name, incarnation, node }, 'not closed: the object of the meeting counts this incarnation')
    } else if (await isThere(meeting, close, signal)) {
      log.info({ namespace, meeting: name, incarnation, node, reason: close.reason }, 'closed: nobody owns this segment')
      await sender.close(meeting, close, signal)
    }
  }
}
