import { createWorker, setLogEventListeners, type types } from 'mediasoup'

import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { WorkerDump } from '../api/dump.ts'
import { loadStaleAfterMs } from '../api/load.ts'
import { guarded, internalFault } from './faults.ts'
import { routerCodecs } from './codecs.ts'
import { countWorker, type WorkerCounts } from './counts.ts'
import { handlersPerProbe, WorkerProbe } from './probe.ts'
import { SegmentRouter, type PipeListen } from './router.ts'
import type { MediaProbe } from './types.ts'

/** Options of {@link MediaWorker}. */
export interface WorkerOptions {
  readonly index: number
  readonly clock: Clock
  /** Path of mediasoup's worker program; empty: what MEDIASOUP_WORKER_BIN names, else the package's own. */
  readonly workerBin: string
  /** Address that clients' ports are bound to. */
  readonly listenIp: string
  /** What clients are told instead of `listenIp`. */
  readonly announcedAddress?: string
  /** What clients are told now, in place of both. */
  readonly addresses?: () => readonly string[]
  /** UDP and TCP port for all clients of this worker; 0 takes any free one. */
  readonly rtcPort: number
  readonly pipeListen: PipeListen
  readonly maxConsumers: number
}

/** What a worker's transports carry now, in bits a second. */
export interface WorkerBits {
  readonly egress: number
  readonly ingress: number
}

/** All of one core. */
const busyCpu = 1

/** Signals that mediasoup listens to by itself: it would close all media the moment the agent is asked to end. */
const endSignals = ['SIGINT', 'SIGTERM'] as const

/** Sends the errors of mediasoup and its workers to our log. Its warnings quote what clients sent, and are left out. */
export function mediasoupLog(log: Log): void {
  setLogEventListeners({
    onerror: (namespace, text, error) => log.warn({ object: namespace, err: error ?? text }, 'mediasoup reports an error'),
  })
}

/** Starts a mediasoup worker that leaves the end of the process to us. */
async function startWorker(workerBin: string): Promise<types.Worker> {
  const before = endSignals.map((signal) => new Set(process.listeners(signal)))
  const starting = createWorker({ ...(workerBin === '' ? {} : { workerBin }), logLevel: 'error' })
  for (const [index, signal] of endSignals.entries()) {
    for (const listener of process.listeners(signal)) {
      if (!before[index]?.has(listener)) process.removeListener(signal, listener)
    }
  }
  return starting
}

/** One worker process with its one port for clients. Dead is dead: its pool starts another in its place. */
export class MediaWorker {
  readonly index: number
  /** Called once when the process ended without {@link close}. */
  onDied: (error: Error) => void = () => undefined
  readonly counts: Readonly<WorkerCounts>
  readonly #worker: types.Worker
  readonly #webRtcServer: types.WebRtcServer
  readonly #options: WorkerOptions
  readonly #transports: Map<types.Transport, WorkerBits>
  readonly #probes = new Set<WorkerProbe>()
  #cpu = 0
  #usage = { cpuMs: 0, atMs: 0 }
  /** Since when the process owes an answer; on the monotonic clock. */
  #owesSinceMs: number | undefined

  private constructor(made: { worker: types.Worker; webRtcServer: types.WebRtcServer; options: WorkerOptions }) {
    this.#worker = made.worker
    this.#webRtcServer = made.webRtcServer
    this.#options = made.options
    this.index = made.options.index
    this.#transports = new Map()
    this.counts = countWorker(made.worker, (transport) => this.#watch(transport))
    made.worker.on('died', (error) => this.onDied(error))
  }

  /** Starts the process and binds its port; rejects where either fails, with nothing left behind. */
  static async start(options: WorkerOptions): Promise<MediaWorker> {
    const worker = await startWorker(options.workerBin)
    try {
      const { listenIp: ip, announcedAddress, rtcPort } = options
      const listen = {
        ip,
        ...(announcedAddress === undefined ? {} : { announcedAddress }),
        ...(rtcPort === 0 ? {} : { port: rtcPort }),
      }
      const webRtcServer = await worker.createWebRtcServer({
        listenInfos: [
          { protocol: 'udp', ...listen },
          { protocol: 'tcp', ...listen },
        ],
      })
      return new MediaWorker({ worker, webRtcServer, options })
    } catch (error) {
      worker.close()
      throw error
    }
  }

  get pid(): number {
    return this.#worker.pid
  }

  get closed(): boolean {
    return this.#worker.closed
  }

  /**
   * CPU as a fraction of one core, over the time between the last two {@link measureCpu}. A process that owes an answer for longer than a load may
   * be old hangs: it counts as busy, so that nothing new comes to it.
   */
  get cpu(): number {
    const owesForMs = this.#owesSinceMs === undefined ? 0 : this.#options.clock.monotonicMs() - this.#owesSinceMs
    return owesForMs > loadStaleAfterMs ? Math.max(busyCpu, this.#cpu) : this.#cpu
  }

  /** What its transports carried when they were last sampled, in bits a second. */
  get bits(): WorkerBits {
    let egress = 0
    let ingress = 0
    for (const bits of this.#transports.values()) {
      egress += bits.egress
      ingress += bits.ingress
    }
    return { egress, ingress }
  }

  get full(): boolean {
    return this.counts.consumers >= this.#options.maxConsumers
  }

  async createRouter(): Promise<SegmentRouter> {
    const router = await guarded(() => this.#worker.createRouter({ mediaCodecs: routerCodecs }), internalFault)
    return SegmentRouter.create({
      worker: this.index,
      router,
      webRtcServer: this.#webRtcServer,
      addresses: this.#options.addresses,
      pipeListen: this.#options.pipeListen,
      isFull: () => this.full,
    })
  }

  /** An ICE end on its port for a check of reachability; counts and dump leave it out. */
  async createProbe(): Promise<MediaProbe> {
    const probe = await WorkerProbe.create({
      index: this.index,
      worker: this.#worker,
      webRtcServer: this.#webRtcServer,
      addresses: this.#options.addresses?.(),
    })
    for (const each of this.#probes) if (each.closed) this.#probes.delete(each)
    this.#probes.add(probe)
    return probe
  }

  /** Asks the process how much CPU it used since the last call. */
  async measureCpu(): Promise<void> {
    this.#owesSinceMs ??= this.#options.clock.monotonicMs()
    const usage = await this.#worker.getResourceUsage()
    this.#owesSinceMs = undefined
    const now = { cpuMs: usage.ru_utime + usage.ru_stime, atMs: this.#options.clock.monotonicMs() }
    const elapsedMs = now.atMs - this.#usage.atMs
    if (this.#usage.atMs > 0 && elapsedMs > 0) this.#cpu = Math.max(0, (now.cpuMs - this.#usage.cpuMs) / elapsedMs)
    this.#usage = now
  }

  /** Asks one in `parts` of the transports for its bit rates; `part` says which. Spreads the cost of a round over its time. */
  async sampleBits(part: number, parts: number): Promise<void> {
    const chosen = [...this.#transports.keys()].filter((_, index) => index % parts === part)
    await Promise.all(
      chosen.map(async (transport) => {
        const [stat] = (await transport.getStats().catch(() => [])) as types.BaseTransportStats[]
        if (stat && this.#transports.has(transport)) {
          this.#transports.set(transport, { egress: stat.sendBitrate, ingress: stat.recvBitrate })
        }
      }),
    )
  }

  async dump(): Promise<WorkerDump> {
    const { pid, routerIds, channelMessageHandlers } = await this.#worker.dump()
    const probes = [...this.#probes].filter(({ closed }) => !closed).length
    const transports = await Promise.all(
      [...this.#transports.keys()].map(async (of) => ({ type: of.type, dump: (await of.dump()) as types.BaseTransportDump })),
    )
    const ofType = (type: string): number => transports.filter((each) => each.type === type).length
    const sum = (key: 'producerIds' | 'consumerIds'): number => transports.reduce((so, { dump }) => so + dump[key].length, 0)
    return {
      pid,
      routers: routerIds.length - probes,
      webRtcTransports: ofType('webrtc'),
      pipeTransports: ofType('pipe'),
      producers: sum('producerIds'),
      consumers: sum('consumerIds'),
      handlers: channelMessageHandlers.channelRequestHandlers.length - probes * handlersPerProbe,
    }
  }

  close(): void {
    this.#worker.close()
  }

  #watch(transport: types.Transport): void {
    this.#transports.set(transport, { egress: 0, ingress: 0 })
    transport.observer.once('close', () => this.#transports.delete(transport))
  }
}
