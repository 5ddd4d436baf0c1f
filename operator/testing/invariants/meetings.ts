import type { Simulation } from '../world/simulation.ts'
import { arrivals } from '../fakes/mediaWays.ts'
import { hostedByMeeting, type Hosted } from './hosted.ts'

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

/** What each segment sends reaches each other one by exactly one way, and no edge is about to go. */
function pathFaults(name: string, segments: readonly Hosted[]): readonly string[] {
  const points = new Map(segments.map(({ node, report }) => [node, report]))
  const leaving = segments.filter(({ report }) => report.peers.some((peer) => peer.leaving !== undefined))
  const ways = segments.flatMap(({ node: from }) => {
    const times = arrivals(points, from)
    return segments
      .filter(({ node }) => node !== from && times.get(node) !== 1)
      .map(({ node }) => `${name} reaches ${node} from ${from} by ${times.get(node) ?? 0} ways`)
  })
  return [...leaving.map(({ node }) => `${name} on ${node} has an edge that is still leaving`), ...ways]
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

/** Whether a node that was lost lately, or several times, is kept out for minutes yet. */
export function isHeld(simulation: Simulation, node: string): boolean {
  const { conditions = [] } = simulation.nodeObject(node)?.status ?? {}
  return conditions.some(({ reason }) => reason === 'Held' || reason === 'Suspect')
}

/** What is wrong with a world in which nothing fails any more and time has passed; nothing, where all converged. */
export function faultsOf(simulation: Simulation): readonly string[] {
  const meetings = [...hostedByMeeting(simulation)].flatMap(([name, segments]) => [
    ...incarnationFaults(name, segments),
    ...pipeFaults(name, segments),
    ...pathFaults(name, segments),
    ...orderFaults(name, segments),
    ...statusFaults(simulation, name, segments),
  ])
  const nodes = [...simulation.nodes.keys()]
    .map((name) => ({ name, phase: simulation.nodeObject(name)?.status?.phase }))
    .filter(({ name, phase }) => phase !== 'Ready' && !isHeld(simulation, name))
    .map(({ name, phase }) => `${name} is ${phase ?? 'nothing'}, not Ready`)
  return [...meetings, ...nodes]
}
