import type { AddressInfo } from 'node:net'

import type { Clock } from '../kit/clock.ts'
import type { CodedError } from '../kit/errors.ts'
import { createHttpServer } from '../kit/http.ts'
import type { TrustedKeys } from '../kit/keys.ts'
import type { Log } from '../kit/log.ts'
import type { Incoming } from '../kit/peer.ts'
import type { AnnouncedAddresses } from './addresses.ts'
import { edgeVersion, tellEdgeVersion } from './api/edgeVersion.ts'
import { sfuErrors } from './api/errors.ts'
import { verifyGrant, type PeerAddress } from './api/grant.ts'
import type { HelloLine, NodeCapacity } from './api/load.ts'
import { sessionRequests } from './api/session.ts'
import { NodeDrain } from './drain/drain.ts'
import { moveOne } from './drain/moveOne.ts'
import { FallbackProber } from './edge/fallbackProber.ts'
import { askPeer, dialPeer } from './edge/peers.ts'
import { createDoor } from './http/auth.ts'
import { serveNode } from './http/nodeRoutes.ts'
import { serveSegments } from './http/segmentRoutes.ts'
import { serveSockets } from './http/sockets.ts'
import { LoadFeed } from './load/feed.ts'
import { LoadMeter } from './load/meter.ts'
import type { WorkerPool } from './media/workerPool.ts'
import { createSfuMetrics } from './metrics.ts'
import { Probes } from './probes.ts'
import { Segment } from './segment/segment.ts'
import { Segments } from './segment/segments.ts'
import { SessionConnection } from './session/connection.ts'
import { scrape } from './scrape.ts'

/** Options of {@link startAgent}. */
export interface AgentOptions {
  readonly node: string
  /** A ULID, new at each start. */
  readonly boot: string
  readonly version: string
  readonly listenHost: string
  /** 0 takes any free one. */
  readonly port: number
  /** What clients are told to send media to. */
  readonly addresses: AnnouncedAddresses
  readonly capacity: NodeCapacity
  readonly emptyTimeoutMs: number
  readonly workers: number
  readonly pool: WorkerPool
  readonly keys: TrustedKeys
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly log: Log
}

/** A running agent. */
export interface Agent {
  readonly url: string
  /** Empties the node because it is to stop: resolves when nobody is left, at the latest after `deadlineMs`. */
  drain(deadlineMs: number): Promise<void>
  /** Tells all sessions that the node stops, then closes everything but the workers. */
  close(): Promise<void>
}

const bodyLimitBytes = 1024 * 1024

/** Starts the agent of a media node on workers that run already. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { node, boot, pool, addresses, keys, clock, random, log } = options
  const door = createDoor({ node, keys, nowMs: () => clock.nowMs() })
  const probers = new Map<string, FallbackProber>()
  const metrics = createSfuMetrics()

  const segments: Segments = new Segments({
    clock,
    log,
    emptyTimeoutMs: options.emptyTimeoutMs,
    admit: () => drain.admit(),
    onChange({ key }) {
      feed.changed(key)
      drain.peopleChanged()
    },
    onClosed(meeting) {
      feed.closed(meeting)
      drain.peopleChanged()
    },
    async create(meeting, hooks) {
      const limit = overBits()
      if (limit !== undefined) throw sfuErrors.raise.node_full({ limit })
      const router = await pool.createRouter()
      const { namespace, name, incarnation } = meeting
      return new Segment({
        meeting,
        node,
        boot,
        edgeVersion,
        router,
        clock,
        random,
        log: log.child({ namespace, meeting: name, incarnation }),
        dial: (called) => dialPeer(called, clock),
        full: () => (router.full ? 'its media process carries as many consumers as it may' : overBits()),
        ...hooks,
      })
    },
  })
  function overBits(): string | undefined {
    const { egressBitsPerSecond, ingressBitsPerSecond } = meter.load()
    if (egressBitsPerSecond >= options.capacity.egressBitsPerSecond) return 'it sends as much as it may'
    return ingressBitsPerSecond >= options.capacity.ingressBitsPerSecond ? 'it receives as much as it may' : undefined
  }
  const hello = (): HelloLine => ({
    type: 'hello',
    protocol: 1,
    node,
    boot,
    version: options.version,
    ...tellEdgeVersion(edgeVersion),
    addresses: [...addresses.all],
    ...(addresses.known ? {} : { addressesGuessed: true }),
    capacity: options.capacity,
    highestEpoch: segments.highestEpoch,
    segments: segments.all.map((segment) => segment.report()),
    ...(drain.draining ? { drain: drain.report } : {}),
  })
  const drain: NodeDrain = new NodeDrain({
    clock,
    random,
    log,
    segments: () => segments.all,
    onChange: () => feed.drainChanged(),
  })
  const feed = new LoadFeed({ clock, hello, report: (key) => segments.find(key)?.report(), drain: () => drain.report })
  const probes = new Probes({ clock, workers: () => pool.workers })
  const meter = new LoadMeter({
    clock,
    log,
    places: options.workers,
    workers: () => pool.workers,
    participants: () => segments.all.reduce((so, { attachments }) => so + attachments.size, 0),
    onLoad: (load) => feed.load(load),
  })

  function followFallback(segment: Segment, peers: readonly PeerAddress[]): void {
    segment.markFallback()
    if (!segment.fallback) return
    const { key, meeting } = segment
    const prober =
      probers.get(key) ??
      new FallbackProber({
        clock,
        random,
        ask: askPeer(meeting, { clock }),
        incarnation: meeting.incarnation,
        goesOn: () => !segment.closed && segment.fallback,
        onFound: (peer) => segment.edges.addFallback(peer),
      })
    probers.set(key, prober)
    prober.add(peers.filter((peer) => peer.node !== node))
    for (const [each, { done }] of probers) if (done) probers.delete(each)
  }

  /** A method that is none of ours is a client's text, and stays out of the log. */
  function onRequestError(incoming: Incoming, error: CodedError): void {
    metrics.requestErrors.inc({ code: error.code })
    const method = Object.hasOwn(sessionRequests, incoming.method) ? incoming.method : 'unknown'
    const fields = { method, code: error.code, ...(error.field === undefined ? {} : { field: error.field }) }
    if (error.status >= 500) log.error({ ...fields, err: error.cause ?? error }, 'session request failed')
    else log.debug(fields, 'session request refused')
  }

  const unready = (): readonly string[] => [
    ...(pool.whole ? [] : ['a media process is being started again']),
    ...(addresses.known ? [] : ['nobody said yet at which address clients reach it']),
    ...(feed.readers > 0 ? [] : ['no operator reads the load stream']),
  ]

  const app = createHttpServer({ log, bodyLimitBytes })
  serveSegments(app, { node, door, segments })
  serveNode(app, {
    door,
    feed,
    unready,
    drain(order) {
      segments.fence(order)
      return drain.order(order)
    },
    move(order) {
      segments.fence(order)
      return moveOne(segments.get(order.meeting), order)
    },
    announce(order) {
      segments.fence(order)
      const before = [addresses.known, ...addresses.all].join()
      addresses.tell(order.addresses)
      if (before !== [addresses.known, ...addresses.all].join()) {
        log.info({ object: addresses.all.join(' ') }, 'clients are told other addresses from now on')
        feed.addressesChanged(addresses.all)
      }
      return { addresses: [...addresses.all] }
    },
    probe: () => probes.make(),
    drained: () => (drain.draining ? drain.report : undefined),
    dump: async () => ({ workers: await Promise.all(pool.workers.map((worker) => worker.dump())) }),
    metrics: () => scrape({ metrics, pool, segments, feed, load: () => meter.load(), drain: () => drain.report }),
  })
  const sockets = serveSockets({
    server: app.server,
    clock,
    door,
    segments,
    onSessions: (socket) =>
      void new SessionConnection({
        socket,
        clock,
        segments,
        verifyGrant: (grant) => verifyGrant(keys, grant, { node, nowMs: clock.nowMs() }),
        onFallback: followFallback,
        onRequestError,
      }),
  })
  await app.listen({ host: options.listenHost, port: options.port })
  const { port } = app.server.address() as AddressInfo

  return {
    url: `http://${options.listenHost}:${port}`,
    drain: (deadlineMs) => drain.stop(deadlineMs),
    async close() {
      drain.close()
      probes.close()
      segments.closeAll('node_stopping')
      for (const prober of probers.values()) prober.close()
      meter.close()
      feed.close()
      sockets.close()
      await app.close()
    },
  }
}
