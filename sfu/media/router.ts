import type { types } from 'mediasoup'

import { sfuErrors } from '../api/errors.ts'
import type { RtpCapabilities } from '../api/rtp.ts'
import { WebRtcClientTransport } from './clientTransport.ts'
import { levelEntries, levelPeriodMs, levelThresholdDBov } from './codecs.ts'
import { guarded, internalFault } from './faults.ts'
import { SrtpPipeEnd } from './pipe.ts'
import type { ClientTransport, Direction, MediaRouter, PipeEnd, ProducerLevel } from './types.ts'

/** Where pipes listen: the node's address among its like, in a port range apart from the clients' ports. */
export interface PipeListen {
  readonly ip: string
  readonly announcedAddress?: string
  readonly portRange: { readonly min: number; readonly max: number }
}

/** Options of {@link SegmentRouter}. */
export interface SegmentRouterOptions {
  readonly worker: number
  readonly router: types.Router
  readonly webRtcServer: types.WebRtcServer
  readonly observer: types.AudioLevelObserver
  /** What clients are told now; undefined: what the server was made with. */
  readonly addresses: (() => readonly string[]) | undefined
  readonly pipeListen: PipeListen
  /** Whether its worker carries as many consumers as it may. */
  readonly isFull: () => boolean
}

/** The bitrate a viewer's transport starts from, in bits a second: mediasoup's 600,000 blurs the first seconds. */
const initialOutgoingBitsPerSecond = 1_000_000

/** One mediasoup router with its level observer, on a worker's one WebRtcServer port. */
export class SegmentRouter implements MediaRouter {
  readonly worker: number
  onDied: () => void = () => undefined
  onLevels: (levels: readonly ProducerLevel[]) => void = () => undefined
  readonly #options: SegmentRouterOptions

  constructor(options: SegmentRouterOptions) {
    this.#options = options
    this.worker = options.worker
    options.router.on('workerclose', () => this.onDied())
    options.observer.on('volumes', (volumes) =>
      this.onLevels(volumes.map(({ producer, volume }) => ({ producerId: producer.id, dBov: volume }))),
    )
    options.observer.on('silence', () => this.onLevels([]))
  }

  /** Makes the router's observer and wraps both; nothing is left behind when the second fails. */
  static async create(options: Omit<SegmentRouterOptions, 'observer'>): Promise<SegmentRouter> {
    try {
      const observer = await options.router.createAudioLevelObserver({
        interval: levelPeriodMs,
        threshold: levelThresholdDBov,
        maxEntries: levelEntries,
      })
      return new SegmentRouter({ ...options, observer })
    } catch (error) {
      options.router.close()
      throw error
    }
  }

  get rtpCapabilities(): RtpCapabilities {
    return this.#options.router.rtpCapabilities as RtpCapabilities
  }

  get closed(): boolean {
    return this.#options.router.closed
  }

  get full(): boolean {
    return this.#options.isFull()
  }

  async createTransport(direction: Direction): Promise<ClientTransport> {
    const { router, webRtcServer } = this.#options
    const transport = await guarded(
      () =>
        router.createWebRtcTransport({
          webRtcServer,
          enableUdp: true,
          enableTcp: true,
          preferUdp: true,
          initialAvailableOutgoingBitrate: initialOutgoingBitsPerSecond,
        }),
      internalFault,
    )
    const addresses = this.#options.addresses?.()
    return new WebRtcClientTransport({ transport, direction, addresses, canConsume: (of) => router.canConsume(of) })
  }

  async createPipe(): Promise<PipeEnd> {
    const { ip, announcedAddress, portRange } = this.#options.pipeListen
    const transport = await guarded(
      () =>
        this.#options.router.createPipeTransport({
          listenInfo: {
            protocol: 'udp',
            ip,
            ...(announcedAddress === undefined ? {} : { announcedAddress }),
            portRange: { ...portRange },
          },
          enableSrtp: true,
          enableRtx: true,
        }),
      (options) => sfuErrors.raise.node_full({ limit: 'no pipe port is free' }, options),
    )
    return new SrtpPipeEnd(transport)
  }

  async hear(producerId: string): Promise<void> {
    await guarded(() => this.#options.observer.addProducer({ producerId }), internalFault)
  }

  close(): void {
    this.#options.router.close()
  }
}
