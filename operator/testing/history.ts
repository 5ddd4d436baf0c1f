import { CodedError } from '../../kit/errors.ts'
import { seededRandom } from '../../kit/seededRandom.ts'
import { kinds } from '../kube/kinds.ts'
import type { CallFault } from './faults/callFault.ts'
import { everFaultsOf } from './invariants.ts'
import { namespace, Simulation } from './simulation.ts'

const objects = ['standup', 'retro', 'townhall'] as const
const names = [...objects, 'chat', 'lunch'] as const
const regions = ['eu-west', 'us-east'] as const
const callFaults: readonly CallFault[] = ['refused', 'lostAnswer', 'lostRequest']
const apiFaults = ['lostAnswer', 'unavailable', 'tooManyRequests', 'timeout', 'conflict'] as const
const verbs = ['create', 'mergePatch', 'patchStatus', 'delete', 'list'] as const

/** How long a node that is told to stop may drain. */
const stopMs = 20_000

/** A node that was lost too often is kept out for as long at most. */
const heldAtMostMs = 1_200_000

const isAnyHeld = (simulation: Simulation): boolean =>
  [...simulation.nodes.keys()].some(
    (name) =>
      simulation.nodeObject(name)?.status?.conditions?.some(({ reason }) => reason === 'Held' || reason === 'Suspect') === true,
  )

type Action = (history: History) => void | Promise<void>

/**
 * One history: people join and leave while nodes, operators, the API server and the ways between them fail, all by one seed. After
 * {@link History.heal} everything works again, and what must hold then is the test's to say.
 */
export class History {
  readonly simulation: Simulation
  readonly random: () => number
  /** Where each participant of each meeting is, as their clients know it. */
  readonly people = new Map<string, { readonly attachment: string; readonly node: string }>()
  /** What happened, for the one who has to find out why. */
  readonly told: string[] = []
  /** What never may be and was. */
  readonly broken: string[] = []
  #operators = 0
  #callFaultRate = 0

  constructor(seed: number) {
    this.random = seededRandom(seed)
    this.simulation = new Simulation({ random: this.random })
    this.simulation.pool('eu')
    this.simulation.pool('us')
    for (const name of ['eu-1', 'eu-2', 'eu-3']) this.simulation.node(name, 'eu')
    for (const name of ['us-1', 'us-2', 'us-3']) this.simulation.node(name, 'us')
    for (const name of objects) this.simulation.meeting(name)
    this.simulation.onMoved = (meeting, { participant, attachment }, to) => {
      const key = `${meeting} ${participant}`
      if (this.people.get(key)?.attachment === attachment) this.people.set(key, to)
      else this.simulation.leave(to.attachment) // They have left, or joined again by themselves.
    }
    this.simulation.faults.agentCall = () => (this.random() < this.#callFaultRate ? this.pick(callFaults) : undefined)
  }

  readonly pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(this.random() * items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }

  startOperator(): void {
    this.#operators += 1
    this.simulation.operator(`operator-${this.#operators}`)
  }

  async run(steps: number): Promise<void> {
    this.startOperator()
    await this.simulation.pass(3_000)
    for (let step = 0; step < steps; step++) {
      const name = this.pick(weighted)
      this.told.push(`${this.simulation.clock.monotonicMs()} ${name}`)
      await actions[name]?.(this)
      await this.simulation.pass(this.random() * 4_000)
      this.broken.push(...everFaultsOf(this.simulation))
    }
  }

  /** Everything works again; clients whose node lost them join again. */
  async heal(): Promise<void> {
    const { simulation } = this
    this.#callFaultRate = 0
    simulation.cluster.holdWatches(false)
    simulation.cut.clear()
    for (const node of [...simulation.down]) simulation.start(node)
    for (const node of simulation.nodes.keys()) {
      simulation.drain(node, undefined)
      simulation.setPipes(node, true)
    }
    if (simulation.operators.size === 0) this.startOperator()
    await simulation.pass(60_000)
    for (let waitedMs = 0; waitedMs < heldAtMostMs && isAnyHeld(simulation); waitedMs += 60_000) await simulation.pass(60_000)
  }

  setCallFaultRate(rate: number): void {
    this.#callFaultRate = rate
  }

  /** `hasLostMedia`: they say that where they are nothing comes, whether that is so or not. */
  async join(meeting: string, participant: string, { hasLostMedia = false } = {}): Promise<void> {
    if (this.simulation.leader() === undefined) return
    const key = `${meeting} ${participant}`
    const before = this.people.get(key)
    const failed = before !== undefined && (hasLostMedia || !this.isThere(before))
    const excludeNodes = failed ? [before.node] : []
    const answer = await this.simulation.place(meeting, participant, { region: this.pick(regions), excludeNodes })
    if (answer.result !== 'placed' || this.random() < 0.1 || this.simulation.down.has(answer.node)) return
    this.attach(key, { meeting: answer.meeting, participant, attachment: answer.attachment, node: answer.node })
  }

  /** A client attaches with its grant; what it had before it lets go. */
  attach(
    key: string,
    to: {
      meeting: { namespace: string; name: string; incarnation: string }
      participant: string
      attachment: string
      node: string
    },
    fallback = false,
  ): void {
    const { meeting, participant, attachment, node } = to
    const before = this.people.get(key)
    if (before !== undefined) this.simulation.leave(before.attachment)
    try {
      this.simulation.nodes.get(node)?.attach(meeting, { participant, attachment, fallback })
      this.people.set(key, { attachment, node })
    } catch (thrown) {
      // It drains: the client would try elsewhere.
      if (!(thrown instanceof CodedError) || thrown.code !== 'node_draining') throw thrown
      this.people.delete(key)
    }
  }

  isThere({ attachment, node }: { attachment: string; node: string }): boolean {
    const reports = this.simulation.nodes.get(node)?.segments() ?? []
    return reports.some(({ participants }) => participants.some((person) => person.attachment === attachment))
  }
}

const meetingRef = (name: string) => ({ namespace, name })

const actions: Readonly<Record<string, Action>> = {
  join: (history) => history.join(history.pick(names), `p${Math.floor(history.random() * 8)}`),
  leave(history) {
    if (history.people.size === 0) return
    const [key, { attachment }] = history.pick([...history.people])
    history.simulation.leave(attachment)
    history.people.delete(key)
  },
  async move(history) {
    const { simulation, people, pick, random } = history
    const operator = simulation.leader()
    if (operator === undefined || people.size === 0) return
    const [key, { attachment }] = pick([...people])
    const [name = '', participant = ''] = key.split(' ')
    const wish = { attachment, reason: 'nearer', ...(random() < 0.5 ? { node: pick([...simulation.nodes.keys()]) } : {}) }
    await operator.mover.move(meetingRef(name), participant, wish).catch((thrown: unknown) => {
      if (!(thrown instanceof CodedError) || thrown.status !== 404) throw thrown
    })
  },
  killNode: ({ simulation, pick, random }) => (random() < 0.5 ? simulation.kill(pick([...simulation.nodes.keys()])) : undefined),
  startNode: ({ simulation, pick }) => (simulation.down.size > 0 ? simulation.start(pick([...simulation.down])) : undefined),
  drainNode({ simulation, pick, random }) {
    const name = pick([...simulation.nodes.keys()])
    const drains = simulation.nodeObject(name)?.spec.drain !== undefined
    simulation.drain(name, drains ? undefined : { deadlineSeconds: Math.floor(random() * 60) })
  },
  /** SIGTERM: it drains by itself and ends; its supervisor starts it again. */
  stopNode({ simulation, pick }) {
    const name = pick([...simulation.nodes.keys()])
    simulation.nodes.get(name)?.stopBy(simulation.clock.nowMs() + stopMs)
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
    simulation.clock.after(500, () => simulation.start(name))
  },
  cutNode: ({ simulation, pick }) => void simulation.cut.add(pick([...simulation.nodes.keys()])),
  healNode: ({ simulation }) => simulation.cut.clear(),
  killOperator: async ({ simulation, pick }) => {
    if (simulation.operators.size > 0) await pick([...simulation.operators.values()]).kill()
  },
  startOperator: (history) => (history.simulation.operators.size < 2 ? history.startOperator() : undefined),
  callFaults: (history) => history.setCallFaultRate(history.random() < 0.5 ? 0.3 : 0),
  apiFault: ({ simulation, pick }) => simulation.cluster.fail(pick(verbs), pick(apiFaults)),
  breakWatches: ({ simulation, random }) => simulation.cluster.breakWatches(random() < 0.5 ? 'gone' : undefined),
  holdWatches: ({ simulation, random }) => simulation.cluster.holdWatches(random() < 0.5),
  compact: ({ simulation }) => simulation.cluster.compact(),
  remake({ simulation, pick }) {
    const name = pick(objects)
    if (simulation.meetingObject(name) !== undefined) simulation.cluster.remove(kinds.Meeting, meetingRef(name))
    simulation.meeting(name)
  },
  fallback(history) {
    if (history.simulation.leader() !== undefined) return
    const { simulation, random, people } = history
    const name = history.pick(names)
    const live = [...simulation.nodes.keys()].filter((node) => !simulation.down.has(node))
    if (live.length === 0) return
    const node = history.pick(live)
    const hosting = [...simulation.nodes.values()].flatMap((each) => each.segments()).find(({ meeting }) => meeting.name === name)
    const incarnation = hosting?.meeting.incarnation ?? simulation.mintUlid()
    const participant = `p${Math.floor(random() * 8)}`
    const to = { meeting: { namespace, name, incarnation }, participant, attachment: simulation.mintUlid(), node }
    if (!people.has(`${name} ${participant}`)) history.attach(`${name} ${participant}`, to, true)
  },
}

/** How often each action comes up. */
const weights: Readonly<Record<string, number>> = {
  join: 16,
  leave: 5,
  startNode: 2,
  healNode: 2,
  startOperator: 4,
  drainNode: 3,
  move: 3,
  fallback: 3,
}
const weighted = Object.keys(actions).flatMap((name) => Array.from({ length: weights[name] ?? 1 }, () => name))
