import { seededRandom } from '../kit/seededRandom.ts'
import { Simulation } from '../operator/testing/world/simulation.ts'
import { agonesWrites, livekitWrites, type PeerWrites, type WritingPeer } from './peers/writes.ts'
import { RequestCount, type Requests } from './writeCount.ts'

/** How large the run is. Times are those of the simulation's clock. */
export interface WritesPlan {
  readonly meetings: number
  readonly joinsAMeeting: number
  /** People come evenly in the first of these, stay, and leave evenly in the last. */
  readonly joinSeconds: number
  readonly staySeconds: number
  readonly leaveSeconds: number
  /** Until all meetings have ended and all is written. */
  readonly restSeconds: number
  readonly idleSeconds: number
  readonly mediaNodes: number
}

/** What the operator asked of the API server in one run, and what others write for the same joins. */
export interface WritesResult {
  readonly plan: WritesPlan
  readonly joins: number
  readonly requests: Requests
  readonly writesPerJoin: number
  /** Once all is over. */
  readonly idle: { readonly seconds: number; readonly writes: number; readonly reads: number; readonly leaseWrites: number }
  readonly peers: readonly PeerWrites[]
}

/** People without media, on nodes that carry any number of them: what is measured is the API server, not the media nodes. */
const noMedia = { publish: [], subscribe: false, hidden: false }
const plenty = { consumersPerWorker: 1e9, egressBitsPerSecond: 1e15, ingressBitsPerSecond: 1e15, pipePorts: 10_000 }

/** An installation at its beginning: one pool in a region, a leader that has heard all media nodes and told so. */
async function anInstallation(plan: WritesPlan): Promise<{ simulation: Simulation; count: RequestCount }> {
  const simulation = new Simulation({ random: seededRandom(1) })
  const count = new RequestCount(() => simulation.clock.monotonicMs())
  simulation.faults.apiCall = (call) => {
    count.called(call)
    return undefined
  }
  simulation.pool('eu', { adHocMeetings: { enabled: true, max: plan.meetings } })
  for (let index = 0; index < plan.mediaNodes; index++) simulation.node(`eu-${index}`, 'eu').capacity = plenty
  simulation.operator('one')
  await simulation.pass(60_000)
  count.begin()
  return { simulation, count }
}

/** Lets time pass, and in each second as many of the turns as are due, evenly. */
async function evenly(
  at: { simulation: Simulation; peers: readonly WritingPeer[] },
  seconds: number,
  turns: readonly (() => Promise<void>)[],
): Promise<void> {
  for (let second = 0, done = 0; second < seconds; second++) {
    const due = Math.floor((turns.length * (second + 1)) / seconds)
    for (; done < due; done++) await turns[done]?.()
    for (const peer of at.peers) peer.tick()
    await at.simulation.pass(1_000)
  }
}

/** Meetings made by their first join, joined meeting after meeting so that all grow at once, left, ended and forgotten; then nothing. */
export async function benchWrites(plan: WritesPlan): Promise<WritesResult> {
  const { simulation, count } = await anInstallation(plan)
  const nowMs = (): number => simulation.clock.monotonicMs()
  const peers = [agonesWrites(nowMs), livekitWrites(nowMs)]
  const joins = plan.meetings * plan.joinsAMeeting
  const meetingOf = (person: number): string => `meeting-${person % plan.meetings}`
  const attachments: string[] = []

  const join = (person: number) => async (): Promise<void> => {
    const answer = await simulation.join(meetingOf(person), `person-${person}`, { region: 'eu-west', rights: noMedia })
    if (answer.result !== 'placed') throw new Error(`person ${person} was not placed: ${answer.reason}`)
    attachments.push(answer.attachment)
    for (const peer of peers) peer.joined(meetingOf(person))
  }
  const leave = (person: number) => async (): Promise<void> => {
    simulation.leave(attachments[person] ?? '')
    for (const peer of peers) peer.left(meetingOf(person))
  }
  const everybody = Array.from({ length: joins }, (_, person) => person)
  await evenly({ simulation, peers }, plan.joinSeconds, everybody.map(join))
  await simulation.pass(plan.staySeconds * 1_000)
  await evenly({ simulation, peers }, plan.leaveSeconds, everybody.map(leave))
  await simulation.pass(plan.restSeconds * 1_000)
  const requests = count.sum()

  count.begin()
  await simulation.pass(plan.idleSeconds * 1_000)
  const { writes, reads, leaseWrites } = count.sum()
  return {
    ...{ plan, joins, requests },
    writesPerJoin: Math.round((requests.writes / joins) * 1_000) / 1_000,
    idle: { seconds: plan.idleSeconds, writes, reads, leaseWrites },
    peers: peers.map((peer) => peer.sum(joins)),
  }
}
