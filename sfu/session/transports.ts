import { sfuErrors } from '../api/errors.ts'
import type { DtlsParameters, RtpCapabilities, TransportParameters } from '../api/rtp.ts'
import type { SessionRequest, SessionSnapshot } from '../api/session.ts'
import type { ClientTransport, Direction, TransportState } from '../media/types.ts'
import type { SessionHost } from './host.ts'
import { sessionLimits } from './limits.ts'

/** Options of {@link SessionTransports}. */
export interface SessionTransportsOptions {
  readonly host: SessionHost
  readonly onState: (transportId: string, state: TransportState) => void
}

/** The transports of one session, and what its client said it can receive. */
export class SessionTransports {
  readonly #options: SessionTransportsOptions
  readonly #transports = new Map<string, ClientTransport>()
  #creating = { send: 0, recv: 0 }
  #closed = false
  #rtpCapabilities: RtpCapabilities | undefined

  constructor(options: SessionTransportsOptions) {
    this.#options = options
  }

  get infos(): SessionSnapshot['transports'] {
    return [...this.#transports.values()].map(({ id, direction }) => ({ id, direction }))
  }

  get rtpCapabilities(): RtpCapabilities | undefined {
    return this.#rtpCapabilities
  }

  async create({ direction, rtpCapabilities }: SessionRequest<'createTransport'>): Promise<TransportParameters> {
    const present = this.infos.filter((info) => info.direction === direction).length + this.#creating[direction]
    const limit = sessionLimits.transportsPerDirection
    if (present >= limit) throw sfuErrors.raise.too_many_media({ what: `${direction} transports`, limit })
    if (rtpCapabilities) this.#rtpCapabilities = rtpCapabilities
    this.#creating[direction]++
    try {
      const transport = await this.#options.host.router.createTransport(direction)
      this.#keep(transport)
      return transport.parameters
    } finally {
      this.#creating[direction]--
    }
  }

  /** A transport by its id, for sending or receiving where that matters. */
  get(transportId: string, direction?: Direction): ClientTransport {
    const transport = this.#transports.get(transportId)
    if (!transport) throw sfuErrors.raise.unknown_transport({}, { field: 'data.transportId' })
    if (direction !== undefined && transport.direction !== direction) {
      throw sfuErrors.raise.wrong_direction({ needed: direction }, { field: 'data.transportId' })
    }
    return transport
  }

  async connect(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    await this.get(transportId).connect(dtlsParameters)
  }

  close(): void {
    this.#closed = true
    for (const transport of this.#transports.values()) transport.close()
  }

  #keep(transport: ClientTransport): void {
    if (this.#closed) {
      transport.close()
      throw sfuErrors.raise.attachment_gone({})
    }
    this.#transports.set(transport.id, transport)
    transport.onClosed = () => void this.#transports.delete(transport.id)
    transport.onState = (state) => this.#options.onState(transport.id, state)
  }
}
