import type { Clock } from '../../kit/clock.ts'
import type { MintUlid } from '../../kit/ids.ts'
import type { Log } from '../../kit/log.ts'
import type { Agents } from '../effects/agents.ts'
import { createMeetingEffects } from '../effects/applyMeeting.ts'
import { createNodeOrders, type NodeOrders } from '../effects/nodeOrders.ts'
import { createRescuer } from '../effects/rescuer.ts'
import { createOrderSender } from '../effects/sendOrders.ts'
import type { Signer } from '../effects/signer.ts'
import { createStraySweeper } from '../effects/straySweeper.ts'
import { createStatusTeller } from '../effects/tellStatus.ts'
import type { ApiPort } from '../kube/client/apiPort.ts'
import { createEventRecorder } from '../kube/write/events.ts'
import { kinds } from '../kube/kinds.ts'
import type { Holder, Term, TermEnd } from '../kube/lead/leaderTypes.ts'
import { createManager } from '../kube/run/manager.ts'
import type { KubeObject } from '../kube/objects.ts'
import { createStore } from '../kube/watch/store.ts'
import type { KubeMetrics } from '../kube/metrics.ts'
import { createStatusWriter } from '../kube/write/statusWriter.ts'
import type { OperatorMetrics } from '../metrics.ts'
import { mediaNodeReconciler } from '../reconcile/mediaNode.ts'
import { meetingReconciler } from '../reconcile/meeting.ts'
import type { Ask } from '../reach/ask.ts'
import { ReachBook } from '../reach/reachBook.ts'
import { reachabilityReconciler } from '../reconcile/reachability.ts'
import { fromLedger } from '../watch/changes.ts'
import { feedLedger } from '../watch/feedLedger.ts'
import { sweepRegularly } from '../watch/sweep.ts'
import { unionStore } from '../watch/unionStore.ts'
import { createWarmth, type Warmth } from '../watch/warmth.ts'
import { controlPods, watchPods, type PodSettings } from './pods.ts'
import type { World } from './world.ts'

/** What {@link createControl} is made of. */
export interface ControlParts {
  readonly world: World
  readonly api: ApiPort
  readonly agents: Agents
  readonly signer: Signer
  /** Namespace of pools, media nodes and the Lease. */
  readonly namespace: string
  /** Namespaces whose Meetings are served; none means all. */
  readonly watchNamespaces: readonly string[]
  readonly lease: { readonly name: string; readonly durationMs: number }
  readonly pods: PodSettings
  /** Unique to this process. */
  readonly identity: string
  /** Where other replicas reach this one. */
  readonly address: string
  /** Asks a media port whether it is there, as a client does. */
  readonly ask: Ask
  readonly clock: Clock
  readonly random: () => number
  readonly mintUlid: MintUlid
  readonly log: Log
  readonly metrics: KubeMetrics & OperatorMetrics
}

/** One replica's part in what is done: it watches, and while it leads it plans and acts. */
export interface Control {
  readonly warmth: Warmth
  /** Whether this replica leads and knows enough to place. */
  leads(): boolean
  holder(): Holder | undefined
  /** Orders about one participant, under this replica's term. */
  readonly orders: Pick<NodeOrders, 'move'>
  /** Of this replica's term; on a standby that of the leader. */
  epoch(): number
  /** Runs until `signal` aborts; `lost` means that the process should exit. */
  run(signal: AbortSignal): Promise<TermEnd>
}

/** Meetings at once: each waits for its media nodes, not for the processor. */
const meetingsAtOnce = 64
/** Media nodes that are tried for reachability at once: one that does not answer takes 3 s of its minute. */
const triesAtOnce = 16
const component = 'parley-operator'

/** The Lease's times, in the proportions of client-go's 15 s, 10 s and 2 s. */
const timesOf = (leaseMs: number) => ({
  leaseMs,
  renewDeadlineMs: Math.round((leaseMs * 2) / 3),
  periodMs: Math.round((leaseMs * 2) / 15),
})

/** Wires the Kubernetes runtime to the ledger: objects in, orders and statuses out. */
export function createControl(parts: ControlParts): Control {
  const { world, api, namespace, identity, clock, random, log, metrics } = parts
  const { ledger, changes } = world
  let term: Term | undefined
  const epoch = (): number => term?.epoch() ?? manager.holder()?.epoch ?? 0

  const manager = createManager({
    api,
    lease: { namespace, name: parts.lease.name },
    identity,
    address: parts.address,
    highestReportedEpoch: () => ledger.nodes.highestEpoch(),
    times: timesOf(parts.lease.durationMs),
    clock,
    random,
    log,
    metrics,
  })
  const served = parts.watchNamespaces.length === 0 ? [undefined] : parts.watchNamespaces
  const stores = {
    pools: manager.watch(kinds.MediaNodePool, { selection: { namespace } }),
    nodes: manager.watch(kinds.MediaNode, { selection: { namespace } }),
    ...watchPods(manager, namespace, parts.pods),
    // Where only named namespaces are served there may be no right to see the others.
    namespaces:
      parts.watchNamespaces.length === 0 ? manager.watch(kinds.Namespace, { isOptional: true }) : createStore<KubeObject>(),
    meetings: unionStore(served.map((each) => manager.watch(kinds.Meeting, { selection: { namespace: each } }))),
  }
  ledger.namespaces.serve(parts.watchNamespaces)
  feedLedger(stores, { ...world, clock })
  const warmth = createWarmth({ ledger, clock, unsynced: () => manager.unsynced(), nodes: changes.nodes })

  const writer = createStatusWriter({
    api,
    bucket: manager.bucket,
    stores: { Meeting: stores.meetings, MediaNode: stores.nodes, MediaNodePool: stores.pools },
    counts: { Meeting: ['participants', 'lastMoves'], MediaNode: ['load', 'participants', 'meetings'], MediaNodePool: ['load'] },
    clock,
    random,
    log,
  })
  const recorder = createEventRecorder({ api, bucket: manager.bucket, component, instance: identity, clock, random, log })
  const teller = createStatusTeller({ writer, recorder, clock })
  const refusedCreates = new Map<string, string>()
  /** Rises above `atLeast`; where the Lease cannot be written now, the media nodes will refuse what is too old. */
  async function raised(begun: Term, atLeast: number): Promise<void> {
    await begun.raiseEpoch(atLeast).catch((err: unknown) => log.warn({ epoch: epoch(), err }, 'the epoch could not be raised'))
  }
  async function fencedOut(atLeast: number): Promise<void> {
    await term?.raiseEpoch(atLeast)
    for (const { key } of ledger.meetings.all()) changes.meetings.emit(key)
  }
  const sender = createOrderSender({ ...parts, ledger, fencedOut })
  const orders = createNodeOrders({ ...parts, ledger, epoch, fencedOut })
  const effects = createMeetingEffects({
    api,
    bucket: manager.bucket,
    ledger,
    sender,
    sweep: createStraySweeper({ ...parts, ledger, sender }),
    teller,
    clock,
    log,
    createRefused(pool, why) {
      if (why === undefined) refusedCreates.delete(pool)
      else refusedCreates.set(pool, why)
      changes.pools.emit(pool)
    },
  })

  const leads = (): boolean => manager.isLeader() && warmth.isReady()
  changes.lost.on(createRescuer({ ...parts, ledger, leads }))
  const book = new ReachBook(random)

  // A term that began before the media nodes were heard may have an epoch that one of them knows from another leader.
  const ready = warmth.ready.then(async () => {
    if (term !== undefined && ledger.nodes.highestEpoch() >= epoch()) await raised(term, ledger.nodes.highestEpoch())
  })
  const fromNodes = fromLedger(changes.nodes, { ready, all: () => [...ledger.nodes.all()].map(({ name }) => name) })
  let sureSinceMs: number | undefined
  manager.onTerm((begun) => {
    term = begun
    void ready.then(() => (sureSinceMs = clock.monotonicMs()))
  })
  manager.control({
    name: 'meeting',
    reconcile: meetingReconciler({ ledger, effects, clock, epoch, sureSinceMs: () => sureSinceMs }),
    triggers: [fromLedger(changes.meetings, { ready, all: () => [...ledger.meetings.all()].map(({ key }) => key) })],
    concurrency: meetingsAtOnce,
  })
  const sources = controlPods({
    ...parts,
    manager,
    stores,
    settings: parts.pods,
    teller,
    recorder,
    createRefused: (pool) => refusedCreates.get(pool),
    ready,
  })
  manager.control({
    name: 'medianode',
    reconcile: mediaNodeReconciler({ sources, teller, orders, reachOf: (node) => book.of(node), clock }),
    triggers: [fromNodes],
  })
  manager.control({
    name: 'reachability',
    reconcile: reachabilityReconciler({ ...parts, ledger, book, onChange: changes.nodes.emit }),
    triggers: [fromNodes],
    concurrency: triesAtOnce,
  })

  return {
    warmth,
    orders,
    leads,
    holder: () => manager.holder(),
    epoch,
    async run(signal) {
      const sweeping = sweepRegularly({ ledger, clock, metrics, pools: changes.pools })
      try {
        return await manager.run(signal)
      } finally {
        sweeping.cancel()
        warmth.close()
      }
    },
  }
}
