import { specDefaults, type MediaNode, type MediaNodePool, type Meeting, type MeetingSpec } from '../../crds/index.ts'
import { systemClock, type Clock } from '../../kit/clock.ts'
import { ulidSource } from '../../kit/ids.ts'
import type { SigningKey } from '../../kit/keys.ts'
import { silentLog } from '../../kit/log.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { createMover } from '../effects/mover.ts'
import { createPlacer } from '../effects/placer.ts'
import { createSigner } from '../effects/signer.ts'
import type { Placed } from './placement.ts'
import { Ledger } from '../ledger/ledger.ts'
import { operatorMetrics } from '../metrics.ts'
import { explainMeeting, snapshotMeeting } from '../service/explain.ts'
import { createPlacementServer } from '../service/placementServer.ts'
import { createBearers, type PlacementTokens } from '../service/tokens.ts'
import { createTopologyFeed } from '../service/topologyFeed.ts'
import { createChanges } from '../watch/changes.ts'

/** A media node that the fake operator takes for live: what it listens to is not asked. */
export interface FakeNode {
  readonly name: string
  /** Also the name of its pool. */
  readonly region: string
  /** Base URL of its agent. */
  readonly url: string
}

/** Options of {@link startFakeOperator}. */
export interface FakeOperatorOptions {
  /** Signs the grants; media nodes have to trust its public half as `operator`. */
  readonly key: SigningKey
  readonly tokens: PlacementTokens
  readonly nodes: readonly FakeNode[]
  readonly turnUrls?: readonly string[]
  readonly clock?: Clock
  /** A participant was told to go from `node` to where they are placed next. */
  readonly onMove?: (told: { readonly node: string; readonly participant: string; readonly attachment: string }) => void
}

/** An operator without Kubernetes and without media nodes, for tests of what stands on the placement API. */
export interface FakeOperator {
  readonly url: string
  /** Makes a Meeting, or changes it. */
  meeting(namespace: string, name: string, spec?: Partial<MeetingSpec>): void
  /** Whether it leads; while it does not, placements are answered with `leader_unknown`. */
  setLeading(leads: boolean): void
  /** The media node of a placement tells that its participant is attached. */
  attach(placed: Placed, participant: string): void
  /** A media node stops to take work. */
  cordon(node: string): void
  /** A pool with one media node, of a region of its own, that is about to start; whoever waits finds it once the answer is called. */
  starting(node: FakeNode): () => void
  close(): Promise<void>
}

const namespace = 'parley-system'
const apiVersion = 'parley.media/v1alpha1' as const
const beatMs = 1_000
const capacity = { consumersPerWorker: 500, egressBitsPerSecond: 1e9, ingressBitsPerSecond: 1e9, pipePorts: 100 }
const freshSegment = { epoch: 1, generation: 1, role: 'core' as const, fallback: false, worker: 0, peers: [] }
const personOf = ({ participant, attachment, hidden }: { participant: string; attachment: string; hidden: boolean }) => {
  return { participant, attachment, hidden, publishing: true }
}
const idleWorker = { cpu: 0, routers: 0, transports: 0, producers: 0, consumers: 0 }

/** Metadata as an API server would give it; `version` makes it unlike any earlier one. */
const metadata = (at: { namespace: string; name: string }, version: number) => ({
  ...at,
  uid: `${at.namespace}/${at.name}`,
  resourceVersion: String(version),
  generation: version,
  creationTimestamp: '2026-01-01T00:00:00Z',
})

/** Tells the ledger what live and idle nodes would tell it, those that are added later too. */
function hearNodes(ledger: Ledger, nodes: readonly FakeNode[], clock: Clock): { add(node: FakeNode): void; stop(): void } {
  const live = new Set(nodes)
  const boot = ulidSource(() => clock.nowMs())
  const hear = (node: FakeNode, first: boolean): void => {
    const nowMs = clock.monotonicMs()
    const load = { atMs: clock.nowMs(), workers: [idleWorker], egressBitsPerSecond: 0, ingressBitsPerSecond: 0 }
    if (first) {
      const agent = { node: node.name, boot: boot(), version: '0.1.0', addresses: ['127.0.0.1'], capacity, highestEpoch: 0 }
      ledger.hear(node.name, { type: 'hello', protocol: 1, ...agent, segments: [] }, nowMs)
    }
    ledger.hear(node.name, { type: 'load', load: { ...load, pipes: 0, pipePorts: 0, participants: 0 } }, nowMs)
  }
  for (const node of nodes) hear(node, true)
  const beat = clock.every(beatMs, () => {
    for (const node of live) hear(node, false)
  })
  return {
    add(node) {
      live.add(node)
      hear(node, true)
    },
    stop: () => beat.cancel(),
  }
}

/** Puts pools and media nodes into the ledger as their objects would. */
function register(ledger: Ledger, nodes: readonly FakeNode[], nowMs: number): void {
  for (const region of new Set(nodes.map((node) => node.region))) {
    const spec = { ...specDefaults.MediaNodePool, region, adHocMeetings: { enabled: true, max: 1_000 } }
    const pool: MediaNodePool = { apiVersion, kind: 'MediaNodePool', metadata: metadata({ namespace, name: region }, 1), spec }
    ledger.putPool(pool, nowMs)
  }
  for (const { name, region, url } of nodes) ledger.putNode(nodeObject({ name, region, url }, false), { url }, nowMs)
}

function nodeObject({ name, region, url }: FakeNode, cordoned: boolean): MediaNode {
  const spec = { pool: region, address: url, workers: 1, cordoned }
  return { apiVersion, kind: 'MediaNode', metadata: metadata({ namespace, name }, 1), spec }
}

/**
 * Starts a fake operator on a free port of the loopback. It decides with the operator's own ledger and placement, so that it answers as
 * the real one; its media nodes are names only, and its meetings last as long as grants do.
 */
export async function startFakeOperator(options: FakeOperatorOptions): Promise<FakeOperator> {
  const { nodes, turnUrls = [], clock = systemClock, onMove } = options
  const changes = createChanges()
  const ledger = new Ledger(changes.events)
  const metrics = createMetrics(operatorMetrics)
  const mintUlid = ulidSource(() => clock.nowMs())
  const at = () => ({ nowMs: clock.monotonicMs(), wallMs: clock.nowMs(), epoch: 1 })
  register(ledger, nodes, clock.monotonicMs())
  const heard = hearNodes(ledger, nodes, clock)
  const feed = createTopologyFeed({ ledger, changes, clock, turnUrls, epoch: () => 1 })
  /** Nobody is attached to a name: whoever made this server hears of moves. */
  const orders = {
    async move(node: string, { participant, attachment }: { participant: string; attachment: string }) {
      onMove?.({ node, participant, attachment })
      return true
    },
  }
  const signer = createSigner(options.key, clock)
  let leading = true
  let version = 1
  const server = createPlacementServer({
    bearers: createBearers(options.tokens),
    placer: createPlacer({
      ledger,
      epoch: () => 1,
      signer,
      clock,
      random: Math.random,
      mintUlid,
      turnUrls,
      log: silentLog,
      metrics,
    }),
    mover: createMover({ ledger, orders: () => orders, clock, random: Math.random, log: silentLog, metrics }),
    explain: (meeting) => explainMeeting(ledger, meeting, at()),
    snapshot: (meeting) => snapshotMeeting(ledger, meeting, at()),
    feed,
    forwarder: { forward: () => Promise.resolve('no_leader' as const), close: async () => undefined },
    leads: () => leading,
    isWarm: () => true,
    clock,
    log: silentLog,
    metrics,
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    meeting(of, name, spec = {}) {
      version += 1
      const whole = { ...specDefaults.Meeting, ...spec }
      const object: Meeting = { apiVersion, kind: 'Meeting', metadata: metadata({ namespace: of, name }, version), spec: whole }
      ledger.putMeeting(object, clock.monotonicMs())
    },
    setLeading: (leads) => void (leading = leads),
    attach({ node, meeting, attachment }, participant) {
      const there = [...(ledger.meetings.get(`${meeting.namespace}/${meeting.name}`)?.people.on(node) ?? [])]
      const others = there.filter((each) => each.attached).map(({ hidden, ...each }) => personOf({ ...each, hidden }))
      const participants = [...others, personOf({ participant, attachment, hidden: false })]
      const segment = { meeting, ...freshSegment, participants, createdAtMs: clock.nowMs() }
      ledger.hear(node, { type: 'segment', segment }, clock.monotonicMs())
    },
    cordon(name) {
      const node = nodes.find((each) => each.name === name)
      if (node !== undefined) ledger.putNode(nodeObject(node, true), { url: node.url }, clock.monotonicMs())
    },
    starting(node) {
      register(ledger, [node], clock.monotonicMs())
      return () => heard.add(node)
    },
    async close() {
      heard.stop()
      feed.close()
      await server.close()
    },
  }
}
