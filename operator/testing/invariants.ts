import type { SegmentReport } from '../../sfu/api/order.ts'
import { isStale, nodeStateOf } from '../ledger/nodeState.ts'
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

/** The cores are a mesh, each leaf has one pipe and that to a core, and both ends know of each pipe. */
function pipeFaults(name: string, segments: readonly Hosted[]): readonly string[] {
  const cores = segments.filter(({ report }) => report.role === 'core').map(({ node }) => node)
  const has = new Map(segments.map(({ node, report }) => [node, new Set(report.peers.map((peer) => peer.node))]))
  return segments.flatMap(({ node, report }) => {
    const peers = [...(has.get(node) ?? [])]
    const oneSided = peers.filter((peer) => has.get(peer)?.has(node) !== true)
    const missing = report.role === 'core' ? cores.filter((core) => core !== node && !peers.includes(core)) : []
    const wrong = report.role === 'leaf' && (peers.length !== 1 || !cores.includes(peers[0] ?? ''))
    return [
      ...(cores.length === 0 ? [`${name} on ${node} has no core`] : []),
      ...(oneSided.length === 0 ? [] : [`${name} on ${node} has pipes to [${oneSided.join()}], which know of none`]),
      ...(missing.length === 0 ? [] : [`${name} on ${node} has no pipe to the cores [${missing.join()}]`]),
      ...(wrong ? [`${name} on ${node} is a leaf with pipes to [${peers.join()}]`] : []),
    ]
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

/** What is wrong with a world at any moment, whatever fails in it: no node is called lost while its load stream is heard. */
export function everFaultsOf(simulation: Simulation): readonly string[] {
  const nowMs = simulation.clock.monotonicMs()
  return [...simulation.operators.values()].flatMap(({ name: operator, world }) =>
    [...world.ledger.nodes.all()]
      .filter((node) => nodeStateOf(node, nowMs).state === 'lost' && node.heardAtMs !== undefined && !isStale(node, nowMs))
      .map(({ name }) => `${operator} calls ${name} lost, though it is heard`),
  )
}

/** The world as far as it must stand still once settled: what nodes host under which fence, and writes but for the Lease's. */
export function stillness(simulation: Simulation): { readonly hosted: readonly string[]; readonly writes: readonly string[] } {
  const hosted = [...simulation.nodes.values()].flatMap((node) =>
    node.segments().map(({ meeting, epoch, generation }) => `${node.name} ${meeting.name} ${epoch}/${generation}`),
  )
  return { hosted, writes: simulation.cluster.written.filter((write) => !write.includes('Lease')) }
}
