import { specDefaults } from '../../crds/index.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { isApiError, isPassing, type ApiErrorReason } from '../kube/client/apiError.ts'
import type { ApiPort } from '../kube/client/apiPort.ts'
import { kinds } from '../kube/kinds.ts'
import type { WriteBucket } from '../kube/write/writeBucket.ts'
import { writeThrough } from '../kube/write/writeThrough.ts'
import { adHocLabel } from '../ledger/meetings/adHoc.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { meetingHappenings } from '../plan/happenings.ts'
import type { MeetingPlan } from '../plan/meeting.ts'
import type { MeetingView } from '../view/meetingView.ts'
import type { OrderSender } from './sendOrders.ts'
import type { StraySweeper } from './straySweeper.ts'
import type { StatusTeller } from './tellStatus.ts'

/** What {@link createMeetingEffects} needs. */
export interface MeetingEffectsOptions {
  readonly api: Pick<ApiPort, 'create' | 'delete'>
  readonly bucket: WriteBucket
  readonly ledger: Ledger
  readonly sender: OrderSender
  readonly sweep: StraySweeper
  readonly teller: StatusTeller
  readonly clock: Clock
  readonly log: Log
  /** The API server refused (or took again) the object of an ad hoc meeting of this pool. */
  readonly createRefused: (pool: string, why: string | undefined) => void
}

/** Makes a plan true. Rejects with the first failure after everything was tried. */
export interface MeetingEffects {
  apply(seen: MeetingView, plan: MeetingPlan, signal: AbortSignal): Promise<void>
}

/** What a deletion meets when the object has gone, or another has taken its name. */
const gone: readonly ApiErrorReason[] = ['notFound', 'conflict']

/** Makes the only writer of what a meeting's plan says. */
export function createMeetingEffects(options: MeetingEffectsOptions): MeetingEffects {
  const { api, bucket, ledger, sender, teller, clock, log } = options

  function note({ namespace, name }: MeetingView, plan: MeetingPlan): void {
    const entry = ledger.meetings.get(`${namespace}/${name}`)
    if (entry === undefined) return
    const going = new Set(plan.close.filter(({ incarnation }) => incarnation === entry.incarnation).map(({ node }) => node))
    for (const segment of entry.segments.values()) segment.closing = going.has(segment.node)
    if (plan.end === undefined) return
    log.info({ namespace, meeting: name, reason: plan.end.why }, 'meeting ended')
    ledger.meetings.end(entry, plan.end.why, clock.monotonicMs())
  }

  async function tellNodes(seen: MeetingView, plan: MeetingPlan, signal: AbortSignal): Promise<unknown[]> {
    const { namespace, name, incarnation = '' } = seen
    const meeting = { namespace, name, incarnation }
    const told = await Promise.allSettled([
      ...plan.orders.map((order) => sender.order(meeting, order, signal)),
      ...plan.close.map((close) => sender.close(meeting, close, signal)),
      ...plan.sweep.map((close) => options.sweep(seen, close, signal)),
    ])
    return told.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  }

  /** The object of an ad hoc meeting is written behind; that the API server refuses it harms nobody who is in the meeting. */
  async function writeObject({ namespace, name, adHoc }: MeetingView, signal: AbortSignal): Promise<void> {
    const { pool = '', title } = adHoc ?? {}
    try {
      const metadata = { namespace, name, labels: { [adHocLabel]: pool } }
      const write = { key: `meeting/create/${namespace}/${name}`, lane: 'count' as const, signal }
      const spec = { ...specDefaults.Meeting, ...(title === undefined ? {} : { title }) }
      await writeThrough(bucket, write, (until) => api.create(kinds.Meeting, { metadata, spec }, until))
      options.createRefused(pool, undefined)
      log.info({ namespace, meeting: name, pool }, 'object of an ad hoc meeting written')
    } catch (thrown) {
      if (isApiError(thrown, 'alreadyExists')) return options.createRefused(pool, undefined) // An answer was lost.
      if (!isApiError(thrown) || isPassing(thrown)) throw thrown
      // What a person has to change is told in words, on the pool; whatever changes of the meeting asks again.
      const why = thrown.reason === 'notFound' ? `there is no namespace ${namespace} (${thrown.message})` : thrown.message
      log.warn({ namespace, meeting: name, pool, reason: why }, 'object of an ad hoc meeting refused')
      options.createRefused(pool, why)
    }
  }

  async function deleteObject(seen: MeetingView, uid: string, signal: AbortSignal): Promise<void> {
    const { namespace, name } = seen
    const write = { key: `meeting/delete/${uid}`, lane: 'count' as const, signal }
    await writeThrough(bucket, write, (until) => api.delete(kinds.Meeting, { namespace, name }, { uid, signal: until })).catch(
      (thrown: unknown) => {
        if (!isApiError(thrown, ...gone)) throw thrown
      },
    )
    teller.forget(uid)
    log.info({ namespace, meeting: name }, 'object of an ended meeting deleted')
  }

  return {
    async apply(seen, plan, signal) {
      note(seen, plan)
      const { object } = seen
      const { status } = plan
      if (object !== undefined && status !== undefined) {
        teller.tell({ kind: kinds.Meeting, object, planned: status, happened: (before) => meetingHappenings(before, status) })
      }
      const failures = await tellNodes(seen, plan, signal)
      if (plan.writeObject) await writeObject(seen, signal)
      if (plan.deleteObject !== undefined) await deleteObject(seen, plan.deleteObject.uid, signal)
      if (failures.length > 0) throw failures[0]
    },
  }
}
