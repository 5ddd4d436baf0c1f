import type { SegmentReport } from '../../sfu/api/order.ts'
import type { Explanation } from '../api/placement.ts'
import type { MeetingSnapshot } from '../api/snapshot.ts'
import { placementView } from '../ledger/ledgerView.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { refusalOf } from '../placement/rules.ts'
import type { PlacementView, Refusal, Wish } from '../placement/view.ts'
import { cascadeOf, toldOf } from '../plan/cascadeOf.ts'
import { phaseOf, whyMeeting } from '../plan/meetingStatus.ts'
import { planSegments } from '../plan/segments.ts'
import { viewMeeting, type MeetingView } from '../view/meetingView.ts'
import { explainJoin } from './explainJoin.ts'

interface At {
  readonly nowMs: number
  readonly wallMs: number
  readonly epoch: number
}

/** Refusals that the phase says by itself. */
const saidByPhase: ReadonlySet<string> = new Set(['meeting_ended', 'meeting_not_started'])

const isSaid = ({ code, reason }: Refusal, why: string): boolean => saidByPhase.has(code) || why.includes(reason)

/** Who would join: somebody with all rights and no region. */
const anybody = {
  participant: 'somebody',
  rights: { publish: ['microphone', 'camera'], subscribe: true, hidden: false },
} as const

/** Which of its pipes go, and what they wait for. */
function replanOf(report: SegmentReport | undefined): string {
  const leaving = report?.peers.filter((peer) => peer.leaving !== undefined).map(({ node }) => node) ?? []
  return leaving.length === 0 ? '' : `; keeps its pipes to ${leaving.join(', ')} until all that comes by them comes another way`
}

function segmentsOf(ledger: Ledger, seen: MeetingView): Explanation['segments'] {
  const people = ledger.meetings.get(`${seen.namespace}/${seen.name}`)?.people
  const places = cascadeOf(seen, planSegments(seen, seen.ended !== undefined).stay)
  return seen.segments.map(({ node, region, why, report }) => ({
    node,
    region,
    ...toldOf(places.get(node), why + replanOf(report)),
    generation: report?.generation ?? 0,
    fallback: report?.fallback ?? false,
    participants: people?.countOn(node) ?? 0,
  }))
}

/** From which nodes its people are being moved away. */
function leavingOf({ segments }: MeetingView): string {
  const nodes = segments.filter(({ nodeState }) => nodeState === 'draining').map(({ node }) => node)
  return nodes.length === 0 ? '' : `; its people leave ${nodes.join(', ')}, which ${nodes.length === 1 ? 'drains' : 'drain'}`
}

const placementsOf = ({ meeting }: PlacementView, { nowMs, wallMs }: At): Explanation['placements'] =>
  (meeting?.recent ?? []).map(({ participant, node, attachment, reason, sinceMs }) => {
    return { atMs: Math.round(wallMs - (nowMs - sinceMs)), participant, node, attachment, reason }
  })

/** Says where a meeting is and why, and what somebody who joins now would find; undefined where nothing is known of it. */
export function explainMeeting(ledger: Ledger, meeting: { namespace: string; name: string }, at: At): Explanation | undefined {
  const seen = viewMeeting(ledger, `${meeting.namespace}/${meeting.name}`, at)
  if (seen === undefined) return undefined
  const view = placementView(ledger, meeting, at)
  const wish: Wish = { ...meeting, ...anybody, rights: { ...anybody.rights, publish: [...anybody.rights.publish] } }
  const phase = phaseOf(seen, seen.ended !== undefined)
  const refusal = view.meeting === undefined ? undefined : refusalOf(view.meeting, wish, at)
  const why = `${whyMeeting(seen, phase, seen.segments)}${leavingOf(seen)}`
  return {
    meeting: { ...meeting, ...(seen.incarnation === undefined ? {} : { incarnation: seen.incarnation }) },
    phase,
    why: refusal === undefined || isSaid(refusal, why) ? why : `${why}; a join is refused: ${refusal.reason}`,
    segments: segmentsOf(ledger, seen),
    placements: placementsOf(view, at),
    ...explainJoin(ledger, view, wish),
  }
}

/** A meeting at this moment; undefined where nothing is known of it. */
export function snapshotMeeting(
  ledger: Ledger,
  meeting: { namespace: string; name: string },
  at: At,
): MeetingSnapshot | undefined {
  const seen = viewMeeting(ledger, `${meeting.namespace}/${meeting.name}`, at)
  const people = ledger.meetings.get(`${meeting.namespace}/${meeting.name}`)?.people
  if (seen === undefined || people === undefined) return undefined
  const { object, incarnation } = seen
  const maxParticipants = object?.spec.capacity?.maxParticipants
  return {
    ...meeting,
    ...(incarnation === undefined ? {} : { incarnation }),
    phase: phaseOf(seen, seen.ended !== undefined),
    locked: object?.spec.access.locked ?? false,
    participants: seen.people,
    ...(maxParticipants === undefined ? {} : { maxParticipants }),
    segments: seen.segments.map(({ node, region, url }) => ({ node, region, url, participants: people.countOn(node) })),
  }
}
