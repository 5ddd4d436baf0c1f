import { specDefaults } from '../../../crds/index.ts'
import { kubeTime } from '../../../kit/kubeTime.ts'
import { fallbackIncarnation } from '../../api/fallbackIncarnation.ts'
import type { FakeMediaNode } from '../fakes/fakeMediaNode.ts'
import { kinds, type Lease } from '../../kube/kinds.ts'
import { leaseAnnotations } from '../../kube/lead/leaseRecord.ts'
import type { History } from './history.ts'
import { meetingNames, meetingObjects } from './historyMeetings.ts'
import { namespace } from '../world/simulation.ts'

type Action = (history: History) => void | Promise<void>

/** How long a node that is told to stop may drain. */
const stopMs = 20_000
/** A process that is paused comes back before its Lease lapses, or long after. */
const longestPauseMs = 40_000
/** The API server is away, or tells nothing new, for this long at most. */
const longestOutageMs = 30_000
/** How far back the Lease of a backup is. */
const epochsBack = 3
/** A meeting begins and ends within this of now. */
const longestScheduleMs = 60_000
const participants = 8
const flapMs = 500
/** More than an operator may write at once. */
const floodOf = 130
const floodMs = 15_000
/** Of the media nodes, so many are reached by somebody of a crowd. */
const crowdShare = 0.7

const leaseRef = { namespace, name: 'parley-operator' }
const someone = ({ random }: History): string => `p${Math.floor(random() * participants)}`

/** Cuts what `cut` says for some time. */
function cutFor({ simulation, random }: History, cut: Set<string>, what: string): void {
  cut.add(what)
  simulation.clock.after(random() * longestOutageMs, () => void cut.delete(what))
}

/** The media nodes that a client might reach. */
function liveNodes({ simulation: { nodes, down } }: History): readonly FakeMediaNode[] {
  return [...nodes.values()].filter(({ name }) => !down.has(name))
}

/** What a client calls a meeting that nobody has told it of, where it has missed the last `termsBehind` terms. */
function minted(history: History, name: string, termsBehind = 0): string {
  const epoch = Math.max(0, ...liveNodes(history).map(({ term }) => term.epoch))
  const at = { epoch: epoch - termsBehind, nowMs: history.simulation.clock.nowMs() }
  return fallbackIncarnation({ namespace, name }, at)
}

/** What may happen, each a step of a history. */
export const actions: Readonly<Record<string, Action>> = {
  join: (history) => history.join(history.pick(meetingNames), someone(history)),
  joinElsewhere: (history) => history.join(history.pick(meetingNames), someone(history), { elsewhere: true }),
  /** People from everywhere come at once, each of whom reaches one media node only. */
  async crowd(history) {
    const { simulation, pick, random } = history
    const meeting = pick(meetingNames)
    const nodes = [...simulation.nodes.keys()].filter(() => random() < crowdShare)
    await Promise.all(nodes.map((only, at) => history.join(meeting, `p${at}`, { only })))
  },
  leave(history) {
    if (history.people.size === 0) return
    const [key, { attachment }] = history.pick([...history.people])
    history.simulation.leave(attachment)
    history.people.delete(key)
  },
  async move({ simulation, people, pick, random }) {
    const operator = simulation.leader()
    if (operator === undefined || people.size === 0) return
    const [key, { attachment }] = pick([...people])
    const [name = '', participant = ''] = key.split(' ')
    const wish = { attachment, reason: 'nearer', ...(random() < 0.5 ? { node: pick([...simulation.nodes.keys()]) } : {}) }
    // Nobody waits for the answer of an operator that dies or is paused meanwhile; who is no longer there is not found.
    operator.mover.move({ namespace, name }, participant, wish).catch(() => undefined)
  },
  killNode: ({ simulation, pick, random }) => (random() < 0.5 ? simulation.kill(pick([...simulation.nodes.keys()])) : undefined),
  startNode: ({ simulation, pick }) => (simulation.down.size > 0 ? simulation.start(pick([...simulation.down])) : undefined),
  drainNode({ simulation, pick, random }) {
    const name = pick([...simulation.nodes.keys()])
    const drains = simulation.nodeObject(name)?.spec.drain !== undefined
    simulation.drain(name, drains ? undefined : { deadlineSeconds: Math.floor(random() * 60) })
  },
  /** Somebody says whom drains may move. */
  disrupt({ simulation, pick }) {
    simulation.editMeeting(pick(meetingObjects), { disruption: pick(['any', 'audienceOnly', 'never'] as const) })
  },
  /** Somebody gives a meeting another shape while it runs. */
  recast({ simulation, pick }) {
    const topology = pick(['Auto', 'Mesh', 'Star'] as const)
    const cascade = { ...specDefaults.Meeting.cascade, topology }
    simulation.editMeeting(pick(meetingObjects), { cascade, mode: pick(['meeting', 'stage'] as const) })
  },
  /** Somebody gives a meeting a time: its door may be shut for a while, and its end may have passed. */
  schedule({ simulation, pick, random }) {
    const at = (aheadMs: number): string => kubeTime(simulation.clock.nowMs() + aheadMs)
    const startMs = (random() - 0.7) * longestScheduleMs
    const endTime = random() < 0.5 ? { endTime: at(startMs + 1_000 + random() * longestScheduleMs) } : {}
    simulation.editMeeting(pick(meetingObjects), { schedule: { startTime: at(startMs), ...endTime, openBeforeSeconds: 0 } })
  },
  /** SIGTERM: it drains by itself and ends; its supervisor starts it again. */
  stopNode({ simulation, pick }) {
    const name = pick([...simulation.nodes.keys()])
    const node = simulation.nodes.get(name)
    // A second signal is no later deadline: a real one ends by it at once.
    if (node === undefined || node.drainReport().stopsAtMs !== undefined) return
    node.stopBy(simulation.clock.nowMs() + stopMs)
    simulation.clock.after(stopMs, () => {
      simulation.kill(name)
      simulation.start(name)
    })
  },
  async loseMedia(history) {
    if (history.people.size === 0) return
    const [meeting = '', participant = ''] = history.pick([...history.people.keys()]).split(' ')
    await history.join(meeting, participant, { hasLostMedia: true })
  },
  silencePipes: ({ simulation, pick, random }) => simulation.setPipes(pick([...simulation.nodes.keys()]), random() < 0.5),
  /** It ends and begins again before anybody misses it. */
  flapNode({ simulation, pick }) {
    const name = pick([...simulation.nodes.keys()])
    if (simulation.down.has(name)) return
    simulation.kill(name)
    simulation.clock.after(flapMs, () => simulation.start(name))
  },
  cutNode: ({ simulation, pick }) => void simulation.cut.add(pick([...simulation.nodes.keys()])),
  healNode: ({ simulation }) => simulation.cut.clear(),
  cutWay(history) {
    const { simulation, pick } = history
    if (simulation.operators.size === 0) return
    cutFor(history, simulation.cutWays, `${pick([...simulation.operators.keys()])} ${pick([...simulation.nodes.keys()])}`)
  },
  cutFromApi(history) {
    const { operators, cutFromApi } = history.simulation
    if (operators.size > 0) cutFor(history, cutFromApi, history.pick([...operators.keys()]))
  },
  apiAway(history) {
    const { operators, cutFromApi } = history.simulation
    for (const operator of operators.keys()) cutFor(history, cutFromApi, operator)
  },
  cutPeers(history) {
    const { simulation, pick, counters } = history
    const [one, other] = [pick([...simulation.nodes.keys()]), pick([...simulation.nodes.keys()])]
    if (one === other) return
    counters.add('agents cut off from each other')
    cutFor(history, simulation.cutPeers, [one, other].toSorted().join(' '))
  },
  cutClients(history) {
    history.clientsCut = true
    history.counters.add('clients cut off from the operator')
    history.simulation.clock.after(history.random() * longestOutageMs, () => (history.clientsCut = false))
  },
  async killOperator({ simulation, pick, counters }) {
    if (simulation.operators.size === 0) return
    counters.add('operator killed')
    await pick([...simulation.operators.values()]).kill()
  },
  startOperator: (history) => (history.simulation.operators.size < 2 ? history.startOperator() : undefined),
  pauseOperator({ simulation, pick, random, counters }) {
    if (simulation.operators.size === 0) return
    const operator = pick([...simulation.operators.values()])
    const { life, control } = operator
    const led = control.leads()
    life.pause()
    counters.add('operator paused')
    simulation.clock.after(random() * longestPauseMs, () => {
      const another = simulation.leader()
      if (led && another !== undefined && another.life !== life) counters.add('leader resumed beside a new one')
      simulation.resume(operator)
    })
  },
  storm: ({ weather, random }) => weather.storm(random() < 0.7),
  breakWatches({ simulation, random, counters }) {
    counters.add('watches broken', simulation.cluster.watches())
    simulation.cluster.breakWatches(random() < 0.5 ? 'gone' : undefined)
  },
  /** What the API server tells is up to 30 s old. */
  holdWatches({ simulation, random, counters }) {
    simulation.cluster.holdWatches(true)
    counters.add('watches held')
    simulation.clock.after(random() * longestOutageMs, () => simulation.cluster.holdWatches(false))
  },
  compact: ({ simulation, counters }) => {
    counters.add('versions compacted')
    simulation.cluster.compact()
  },
  deleteLease({ simulation, counters }) {
    if (simulation.cluster.object(kinds.Lease, leaseRef.name) === undefined) return
    counters.add('lease deleted')
    simulation.cluster.remove(kinds.Lease, leaseRef)
  },
  /** A backup is restored: the Lease tells an epoch of long ago, and nobody holds it. */
  restoreLease({ simulation, counters }) {
    const lease = simulation.cluster.object<Lease>(kinds.Lease, leaseRef.name)
    if (lease === undefined) return
    counters.add('lease restored')
    const epoch = Math.max(0, Number(lease.metadata.annotations?.[leaseAnnotations.epoch] ?? 0) - epochsBack)
    const transitions = Math.max(0, (lease.spec?.leaseTransitions ?? 0) - epochsBack)
    simulation.cluster.remove(kinds.Lease, leaseRef)
    simulation.cluster.put(kinds.Lease, {
      metadata: { ...leaseRef, annotations: { [leaseAnnotations.epoch]: String(epoch) } },
      spec: { holderIdentity: '', leaseTransitions: transitions },
    })
  },
  /** Somebody makes many meetings at once, whom all a status is written for, and thinks better of it. */
  flood({ simulation }) {
    const names = Array.from({ length: floodOf }, (_, index) => `flood-${index}`)
    for (const name of names) simulation.meeting(name)
    simulation.clock.after(floodMs, () => {
      for (const name of names)
        if (simulation.meetingObject(name) !== undefined) simulation.cluster.remove(kinds.Meeting, { namespace, name })
    })
  },
  /** The Lease is gone, and a new operator that never saw it takes it at once: its holder and the new one lead until the first finds out. */
  usurp(history) {
    const { simulation, counters } = history
    if (simulation.leader() === undefined || simulation.operators.size > 2) return
    counters.add('lease deleted')
    if (simulation.cluster.object(kinds.Lease, leaseRef.name) !== undefined) simulation.cluster.remove(kinds.Lease, leaseRef)
    history.startOperator()
  },
  remake(history) {
    const { simulation, pick } = history
    const name = pick(meetingObjects)
    if (simulation.meetingObject(name) !== undefined) simulation.cluster.remove(kinds.Meeting, { namespace, name })
    history.makeMeeting(name)
  },
  fallback(history) {
    const { simulation, random } = history
    if (!history.clientsCut && simulation.leader() !== undefined) return
    const name = history.pick(meetingNames)
    const live = liveNodes(history)
    if (live.length === 0) return
    const { name: node } = history.pick(live)
    const hosting = live.flatMap((each) => each.segments()).find(({ meeting }) => meeting.name === name)
    // A client that has heard of the meeting names it, one that has not computes it.
    const computed = minted(history, name)
    const incarnation = random() < 0.8 ? (hosting?.meeting.incarnation ?? computed) : computed
    history.attachByFallback(name, { participant: someone(history), node, incarnation })
  },
  /**
   * Two signaling services that do not reach the operator, nor know of the meeting, begin it at the same time on two nodes; where their
   * clocks or what they know of its term differ, as two incarnations.
   */
  twins(history) {
    const { pick } = history
    const live = liveNodes(history)
    const hosted = new Set(live.flatMap((node) => node.segments().map(({ meeting }) => meeting.name)))
    const free = meetingNames.filter((name) => !hosted.has(name))
    if (live.length < 2) return
    const [one, other] = [pick(live), pick(live)]
    if (one === other) return
    const name = pick(free.length === 0 ? meetingNames : free)
    for (const [at, node] of [one, other].entries()) {
      const incarnation = minted(history, name, at)
      history.attachByFallback(name, { participant: `p${at}`, node: node.name, incarnation })
    }
  },
}

/** How often each action comes up; once where nothing is said. */
const weights: Readonly<Record<string, number>> = {
  join: 20,
  joinElsewhere: 6,
  leave: 6,
  startNode: 3,
  healNode: 2,
  startOperator: 6,
  drainNode: 3,
  move: 3,
  fallback: 4,
  twins: 3,
  disrupt: 3,
  usurp: 3,
  crowd: 5,
  recast: 3,
  flapNode: 3,
  pauseOperator: 2,
  storm: 8,
}

/** The names of all actions, each as often as it should come up. */
export const weighted = Object.keys(actions).flatMap((name) => Array.from({ length: weights[name] ?? 1 }, () => name))
