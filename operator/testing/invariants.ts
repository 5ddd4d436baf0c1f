import type { SegmentReport } from '../../sfu/api/order.ts'
import type { Simulation } from './simulation.ts'

/** A segment as the node that hosts it tells it. */
interface Hosted {
  readonly node: string
  readonly report: SegmentReport
}

function hostedByMeeting(simulation: Simulation): ReadonlyMap<string, readonly Hosted[]> {
  const all = [...simulation.nodes.values()].flatMap((node) => node.segments().map((report) => ({ node: node.name, report })))
  return Map.groupBy(all, ({ report }) => report.meeting.name)
}

/** One meeting has one incarnation, whoever minted it. */
function incarnationFaults(name: string, segments: readonly Hosted[]): readonly string[] {
  const incarnations = new Set(segments.map(({ report }) => report.meeting.incarnation))
  return incarnations.size === 1 ? [] : [`${name} has incarnations ${[...incarnations].join(' and ')}`]
}

/** Whom each segment should have a pipe to: in a mesh all others, in a star the leaves only the core. */
function pipeFaults(name: string, segments: readonly Hosted[]): readonly string[] {
  const core = segments.find(({ report }) => report.role === 'core')?.node
  const isStar = segments.some(({ report }) => report.role === 'leaf')
  return segments.flatMap(({ node, report }) => {
    const others = segments.map((each) => each.node).filter((other) => other !== node)
    const wanted = isStar && node !== core ? others.filter((other) => other === core) : others
    const has = report.peers.map((peer) => peer.node)
    const same = wanted.toSorted().join() === has.toSorted().join()
    return same ? [] : [`${name} on ${node} has pipes to [${has.join()}] instead of [${wanted.join()}]`]
  })
}

function orderFaults(name: string, segments: readonly Hosted[]): readonly string[] {
  return segments
    .filter(({ report }) => report.epoch === 0 || report.fallback)
    .map(({ node }) => `${name} on ${node} follows no order`)
}

/** What the object tells is what the nodes host. */
function statusFaults(simulation: Simulation, name: string, segments: readonly Hosted[]): readonly string[] {
  const status = simulation.meetingObject(name)?.status
  if (status === undefined) return []
  const told = (status.nodes ?? '').split(',').filter(Boolean).toSorted().join()
  const hosting = segments
    .map(({ node }) => node)
    .toSorted()
    .join()
  const incarnation = segments[0]?.report.meeting.incarnation
  return [
    ...(told === hosting ? [] : [`${name} stands on [${hosting}], its status tells [${told}]`]),
    ...(status.incarnation === incarnation ? [] : [`${name} is ${incarnation}, its status tells ${status.incarnation}`]),
    ...(status.phase === 'Ended' ? [`${name} is hosted though it has ended`] : []),
  ]
}

/** What is wrong with a world in which nothing fails any more and time has passed; nothing, where all converged. */
export function faultsOf(simulation: Simulation): readonly string[] {
  const meetings = [...hostedByMeeting(simulation)].flatMap(([name, segments]) => [
    ...incarnationFaults(name, segments),
    ...pipeFaults(name, segments),
    ...orderFaults(name, segments),
    ...statusFaults(simulation, name, segments),
  ])
  const nodes = [...simulation.nodes.keys()]
    .map((name) => ({ name, phase: simulation.nodeObject(name)?.status?.phase }))
    .filter(({ phase }) => phase !== 'Ready')
    .map(({ name, phase }) => `${name} is ${phase ?? 'nothing'}, not Ready`)
  return [...meetings, ...nodes]
}

/** The world as far as it must stand still once settled: what nodes host under which fence, and writes but for the Lease's. */
export function stillness(simulation: Simulation): { readonly hosted: readonly string[]; readonly writes: readonly string[] } {
  const hosted = [...simulation.nodes.values()].flatMap((node) =>
    node.segments().map(({ meeting, epoch, generation }) => `${node.name} ${meeting.name} ${epoch}/${generation}`),
  )
  return { hosted, writes: simulation.cluster.written.filter((write) => !write.includes('Lease')) }
}
