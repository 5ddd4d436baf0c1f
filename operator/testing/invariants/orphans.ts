import { adHocLabel } from '../../ledger/meetings/adHoc.ts'
import { kinds } from '../../kube/kinds.ts'
import { meetingKey } from '../../../sfu/api/identity.ts'
import type { SimulatedOperator } from '../world/simulatedOperator.ts'
import type { Simulation } from '../world/simulation.ts'
import { hostedByMeeting } from './hosted.ts'

/** What the leader's ledger does not count as part of a meeting, though a node hosts it; and the other way round. */
function strangers(simulation: Simulation, { world: { ledger } }: SimulatedOperator): readonly string[] {
  const hosted = new Set<string>()
  const unowned = [...hostedByMeeting(simulation).values()].flat().flatMap(({ node, report: { meeting } }) => {
    hosted.add(`${node} ${meetingKey(meeting)}`)
    const entry = ledger.meetings.get(`${meeting.namespace}/${meeting.name}`)
    const owned = entry?.incarnation === meeting.incarnation && entry.segments.has(node) && entry.ended === undefined
    return owned ? [] : [`${meetingKey(meeting)} on ${node} is nobody's`]
  })
  const imagined = [...ledger.meetings.all()].flatMap((entry) =>
    [...entry.segments.values()]
      .filter(({ node, report }) => report !== undefined && !hosted.has(`${node} ${meetingKey(report.meeting)}`))
      .map(({ node }) => `${entry.key} is on ${node} in the ledger only`),
  )
  return [...unowned, ...imagined]
}

/** Objects of ad hoc meetings that stand nowhere. */
function unheldObjects(simulation: Simulation): readonly string[] {
  const held = new Set(hostedByMeeting(simulation).keys())
  return simulation.cluster
    .objects(kinds.Meeting)
    .filter(({ metadata: { labels, name } }) => labels?.[adHocLabel] !== undefined && !held.has(name))
    .map(({ metadata: { name } }) => `the object of ad hoc meeting ${name} is left over`)
}

/** Nothing is hosted, written or remembered that nobody owns. */
export function orphansOf(simulation: Simulation): readonly string[] {
  const leaders = [...simulation.operators.values()].filter(({ control }) => control.leads())
  const [leader] = leaders
  if (leader === undefined) return ['nobody leads']
  return [
    ...(leaders.length > 1 ? [`${leaders.map(({ name }) => name).join(' and ')} both lead`] : []),
    ...strangers(simulation, leader),
  ]
}

/** What a world that has been left alone for minutes may not hold on to: reservations, and objects of ad hoc meetings that stand nowhere. */
export function remnantsOf(simulation: Simulation): readonly string[] {
  const leader = [...simulation.operators.values()].find(({ control }) => control.leads())
  const nodes = leader === undefined ? [] : [...leader.world.ledger.nodes.all()]
  const reserved = nodes.filter((node) => Object.values(node.reserved).some((share) => share !== 0))
  return [
    ...unheldObjects(simulation),
    ...reserved.map(({ name, reserved: shares }) => `${JSON.stringify(shares)} is still reserved on ${name}`),
  ]
}
