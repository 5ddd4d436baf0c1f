import { ulidSource } from '../../../kit/ids.ts'
import type { GrantClaims } from '../../../sfu/api/grant.ts'
import type { Log } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import type { Clock } from '../../../kit/clock.ts'
import type { Signer } from '../../effects/signer.ts'
import { createMover, type Mover } from '../../effects/mover.ts'
import { createPlacer, type Placer } from '../../effects/placer.ts'
import type { Ask } from '../../reach/ask.ts'
import type { FakeCluster } from '../../kube/fakeApi.ts'
import { kubeMetrics } from '../../kube/metrics.ts'
import { operatorMetrics } from '../../metrics.ts'
import { createControl, type Control } from '../../wiring/control.ts'
import type { PodSettings } from '../../wiring/pods.ts'
import { createWorld, type World } from '../../wiring/world.ts'
import { fakeAgents } from '../fakes/fakeAgents.ts'
import type { FakeMediaNode } from '../fakes/fakeMediaNode.ts'
import type { ApiFault, Call, CallFault, EventFault } from '../faults/callFault.ts'
import { createGate } from '../faults/gate.ts'
import { gatedPort, type PortWrite } from '../faults/gatedPort.ts'
import { processClock, type Skew } from '../faults/processClock.ts'
import { ProcessLife } from '../faults/processLife.ts'
import type { SimulatedEars } from './simulatedEars.ts'

/** One operator process of the simulation. */
export interface SimulatedOperator {
  readonly name: string
  readonly world: World
  readonly control: Control
  readonly placer: Placer
  readonly mover: Mover
  readonly life: ProcessLife
  /** As it reads them itself. */
  readonly clock: Clock
  /** It is gone from one moment to the next; the Lease is not released. */
  kill(): Promise<void>
  /** It stops in good order. */
  stop(): Promise<void>
}

/** A write that an operator sends to the API server. */
export interface SentWrite extends PortWrite {
  readonly operator: string
  readonly atMs: number
}

/** What a grant of the simulation says of the meeting's capacity. */
export const limitIn = (grant: string): GrantClaims['limit'] =>
  grant === '{}' ? undefined : (JSON.parse(grant) as GrantClaims['limit'])

/** What the simulation gives an operator. Every fault is asked for anew, with the operator's name. */
export interface SimulatedOperatorOptions {
  readonly name: string
  readonly namespace: string
  readonly cluster: FakeCluster
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly skew: Skew
  /** Namespaces whose meetings it serves; none means all. */
  readonly serves: readonly string[]
  readonly pods: Pick<PodSettings, 'mediaImage' | 'givenPools'>
  readonly nodeAt: (url: string) => FakeMediaNode | undefined
  readonly ask: Ask
  readonly faults: {
    readonly call: (call: Call, operator: string) => CallFault
    readonly api: (call: Call, operator: string) => ApiFault | undefined
    readonly event: (call: Call, operator: string) => EventFault | undefined
  }
  readonly isCut: (call: Call, operator: string) => boolean
  readonly ears: SimulatedEars
  readonly onEnd: () => void
}

/** A list that is behind lacks this many of the last changes at most. */
const staleByAtMost = 40

/** Starts an operator: the real one, from its wiring on, between a fake API server and fake media nodes. */
export function simulatedOperator(options: SimulatedOperatorOptions): SimulatedOperator {
  const { name, namespace, cluster, random, log, faults, isCut, ears } = options
  const life = new ProcessLife()
  const clock = processClock(options.clock, life, options.skew)
  const mintUlid = ulidSource(
    () => clock.nowMs(),
    () => Math.floor(random() * 256),
  )
  const metrics = createMetrics({ ...kubeMetrics, ...operatorMetrics })
  const stopping = new AbortController()
  const crash = (): void => {
    if (!life.alive) return
    life.end()
    options.onEnd()
    stopping.abort(new Error('killed'))
    void world.streams.close()
  }
  const gate = createGate({
    ...{ life, random, crash, clock: options.clock },
    fault: (call) => faults.call(call, name),
    isCut: (call) => isCut(call, name),
  })
  const api = gatedPort({
    port: cluster.port(),
    gate,
    apiFault: (call) => faults.api(call, name),
    eventFault: (call) => faults.event(call, name),
    staleList: (kind, selection) => cluster.staleList(kind, selection, Math.floor(random() * staleByAtMost)),
    onWrite(write) {
      const sent = { operator: name, atMs: options.clock.monotonicMs(), ...write }
      ears.sent(sent)
      return { begin: () => ears.writing(sent), end: () => ears.written(sent) }
    },
  })
  const agents = fakeAgents({
    clock,
    gate,
    nodeAt: options.nodeAt,
    isCut: (node) => isCut({ to: 'agent', verb: 'loadStream', about: node }, name),
    onTaking: (node, about) => ears.taking(node, about),
    onTaken: (taken) => ears.taken(taken, name),
    onHeard: (node, line) => ears.heard(node, name, line),
  })
  // What a fake media node reads of a grant beside its placement: under whose count it was made.
  const signer: Signer = { grant: async (_node, { limit }) => JSON.stringify(limit ?? {}), peerToken: async () => 'token' }
  const world = createWorld({ agents, clock, random, log, metrics })
  const control = createControl({
    ...{ world, api, agents, signer, namespace, clock, random, mintUlid, log, metrics },
    watchNamespaces: options.serves,
    lease: { name: 'parley-operator', durationMs: 15_000 },
    pods: { ...options.pods, trustedKeysConfigMap: 'parley-trusted-keys', readNodes: true },
    identity: `${name}_${mintUlid()}`,
    address: `http://${name}`,
    ask: options.ask,
  })
  const placer = createPlacer({
    ledger: world.ledger,
    epoch: () => control.epoch(),
    signer,
    clock,
    random,
    mintUlid,
    turnUrls: [],
    log,
    metrics,
  })
  const mover = createMover({ ledger: world.ledger, orders: () => control.orders, clock, random, log, metrics })
  const running = control.run(stopping.signal)
  // One that has lost its Lease ends, as the real process does.
  void running.then((end) => end === 'lost' && crash()).catch(() => undefined)
  return {
    ...{ name, world, control, placer, mover, life, clock },
    async kill() {
      crash()
    },
    async stop() {
      options.onEnd()
      stopping.abort(new Error('stopped'))
      await world.streams.close()
      await running
      life.end()
    },
  }
}
