import { commonErrors } from '../../kit/errors.ts'
import { sfuErrors } from '../api/errors.ts'
import type { Rights } from '../api/rights.ts'
import type { RtpCapabilities } from '../api/rtp.ts'
import type { ConsumerInfo, SessionRequest } from '../api/session.ts'
import type { SessionNotification } from '../api/sessionClient.ts'
import type { ClientTransport, MediaConsumer } from '../media/types.ts'
import type { RoutedTrack } from '../segment/tracks.ts'
import type { SessionHost } from './host.ts'
import { sessionLimits } from './limits.ts'
import { routeTrack } from './routing.ts'
import type { SessionTransports } from './transports.ts'

/** Options of {@link SessionConsumers}. */
export interface SessionConsumersOptions {
  readonly host: SessionHost
  readonly transports: SessionTransports
  readonly attachment: string
  readonly rights: Rights
  readonly tell: (told: SessionNotification) => void
}

interface Received {
  readonly consumer: MediaConsumer
  readonly trackId: string
  /** Its author's id for it. */
  readonly producerId: string
  readonly transportId: string
  readonly holder: string
}

/** What one session receives. */
export class SessionConsumers {
  readonly #options: SessionConsumersOptions
  readonly #received = new Map<string, Received>()
  readonly #stop: () => void
  #starting = 0
  #started = 0
  #closed = false

  constructor(options: SessionConsumersOptions) {
    this.#options = options
    this.#stop = options.host.tracks.onChange((change) => {
      if (change.type === 'moved') this.#moved(change.before.producer.id)
    })
  }

  get infos(): readonly ConsumerInfo[] {
    return [...this.#received.values()].map((received) => this.#info(received))
  }

  async consume({ transportId, trackId }: SessionRequest<'consume'>): Promise<ConsumerInfo> {
    const rtpCapabilities = this.#check()
    const transport = this.#options.transports.get(transportId, 'recv')
    const { host, attachment } = this.#options
    const holder = `${attachment}#${++this.#started}`
    this.#starting++
    try {
      const { producer, producerId } = await routeTrack(host, { trackId, holder })
      const consumer = await this.#consumeNow(transport, { producer, producerId, rtpCapabilities })
      return this.#keep({ consumer, trackId, producerId, transportId, holder })
    } catch (error) {
      host.wants.release(trackId, holder)
      throw error
    } finally {
      this.#starting--
    }
  }

  get(consumerId: string): MediaConsumer {
    const received = this.#received.get(consumerId)
    if (!received) throw sfuErrors.raise.unknown_consumer({}, { field: 'data.consumerId' })
    return received.consumer
  }

  /** Ends one on its client's word: nobody is told. */
  closeOne(consumerId: string): void {
    this.#drop(this.#received.get(this.get(consumerId).id))
  }

  /** Ends those of a transport that its client closes. */
  closeOf(transportId: string): void {
    for (const received of this.#received.values()) if (received.transportId === transportId) this.#drop(received)
  }

  close(): void {
    this.#closed = true
    this.#stop()
    for (const received of this.#received.values()) this.#drop(received)
  }

  #check(): RtpCapabilities {
    const { rights, transports, host } = this.#options
    if (!rights.subscribe) throw sfuErrors.raise.may_not_subscribe({})
    const limit = sessionLimits.consumers
    if (this.#received.size + this.#starting >= limit) throw sfuErrors.raise.too_many_media({ what: 'consumers', limit })
    if (host.router.full) throw sfuErrors.raise.node_full({ limit: 'the media process carries as many consumers as it may' })
    if (!transports.rtpCapabilities) {
      const what = 'data.rtpCapabilities: must be given with createTransport before the first consume'
      throw commonErrors.raise.invalid({ what }, { field: 'data.rtpCapabilities' })
    }
    return transports.rtpCapabilities
  }

  /** Consumes a track by the way that counts, also where that changed meanwhile. */
  async #consumeNow(
    transport: ClientTransport,
    {
      producer,
      producerId,
      rtpCapabilities,
    }: Pick<RoutedTrack, 'producer' | 'producerId'> & { rtpCapabilities: RtpCapabilities },
  ): Promise<MediaConsumer> {
    const consumer = await transport.consume({ producerId: producer.id, rtpCapabilities })
    const now = this.#options.host.tracks.get(producerId)?.producer ?? producer
    if (now === producer) return consumer
    consumer.close()
    return transport.consume({ producerId: now.id, rtpCapabilities })
  }

  #keep(received: Received): ConsumerInfo {
    const { consumer } = received
    if (this.#closed || consumer.closed) {
      consumer.close()
      throw this.#closed ? sfuErrors.raise.attachment_gone({}) : sfuErrors.raise.unknown_track({})
    }
    this.#received.set(consumer.id, received)
    consumer.onClosed = () => this.#lost(received)
    consumer.onLayers = (layers) => this.#options.tell({ method: 'consumerLayers', data: { consumerId: consumer.id, ...layers } })
    return this.#info(received)
  }

  /** The track comes by another way: consumers of the old one go on for a moment, in which their clients ask for it again. */
  #moved(fromId: string): void {
    for (const { consumer } of this.#received.values()) {
      if (consumer.producerId === fromId) this.#options.tell({ method: 'consumerMoved', data: { consumerId: consumer.id } })
    }
  }

  /** The producer is gone: the client may ask for the track again. */
  #lost(received: Received): void {
    if (!this.#received.has(received.consumer.id)) return
    this.#drop(received)
    this.#options.tell({ method: 'consumerClosed', data: { consumerId: received.consumer.id } })
  }

  #drop(received: Received | undefined): void {
    if (!received) return
    this.#received.delete(received.consumer.id)
    received.consumer.close()
    this.#options.host.wants.release(received.trackId, received.holder)
  }

  #info({ consumer, trackId, producerId }: Received): ConsumerInfo {
    const { id: consumerId, kind, rtpParameters, type, paused, producerPaused } = consumer
    return { consumerId, producerId, trackId, kind, rtpParameters, type, paused, producerPaused }
  }
}
