import type { types } from 'mediasoup'

import { commonErrors } from '../../kit/errors.ts'
import { sfuErrors } from '../api/errors.ts'
import type { DtlsParameters, RtpCapabilities, TransportParameters } from '../api/rtp.ts'
import { candidatesAt } from './candidates.ts'
import { mediaConsumer } from './consumer.ts'
import { guarded, internalFault } from './faults.ts'
import { mediaProducer } from './producer.ts'
import type { ClientTransport, Direction, MediaConsumer, MediaProducer, TransportState } from './types.ts'

const badDtls = (options: { cause: unknown }) =>
  commonErrors.raise.invalid(
    { what: 'data.dtlsParameters: does not fit this transport' },
    { field: 'data.dtlsParameters', ...options },
  )
const badRtp = (options: { cause: unknown }) => sfuErrors.raise.invalid_rtp({}, { field: 'data.rtpParameters', ...options })
const badCapabilities = (options: { cause: unknown }) => sfuErrors.raise.cannot_consume({}, options)

/** A WebRtcTransport of one client, sending or receiving. */
export class WebRtcClientTransport implements ClientTransport {
  readonly direction: Direction
  readonly parameters: TransportParameters
  onClosed: () => void = () => undefined
  onState: (state: TransportState) => void = () => undefined
  readonly #transport: types.WebRtcTransport
  readonly #canConsume: types.Router['canConsume']
  #connecting = false

  constructor(options: {
    transport: types.WebRtcTransport
    direction: Direction
    addresses: readonly string[] | undefined
    canConsume: types.Router['canConsume']
  }) {
    const { transport, addresses } = options
    this.#transport = transport
    this.direction = options.direction
    this.#canConsume = options.canConsume
    this.parameters = {
      id: transport.id,
      iceParameters: transport.iceParameters,
      iceCandidates: addresses ? candidatesAt(transport.iceCandidates, addresses) : transport.iceCandidates,
      dtlsParameters: transport.dtlsParameters,
    }
    transport.observer.once('close', () => this.onClosed())
    transport.on('icestatechange', () => this.#tellState())
    transport.on('dtlsstatechange', () => this.#tellState())
  }

  get id(): string {
    return this.#transport.id
  }

  get closed(): boolean {
    return this.#transport.closed
  }

  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    if (this.#connecting) throw sfuErrors.raise.already_connected({})
    this.#connecting = true
    try {
      await guarded(() => this.#transport.connect({ dtlsParameters: dtlsParameters as types.DtlsParameters }), badDtls)
    } catch (error) {
      this.#connecting = false
      throw error
    }
  }

  restartIce(): Promise<TransportParameters['iceParameters']> {
    return guarded(() => this.#transport.restartIce(), internalFault)
  }

  async produce(options: Parameters<ClientTransport['produce']>[0]): Promise<MediaProducer> {
    const rtpParameters = options.rtpParameters as types.RtpParameters
    return mediaProducer(await guarded(() => this.#transport.produce({ ...options, rtpParameters }), badRtp))
  }

  async consume({
    producerId,
    rtpCapabilities,
  }: {
    producerId: string
    rtpCapabilities: RtpCapabilities
  }): Promise<MediaConsumer> {
    const capabilities = rtpCapabilities as types.RtpCapabilities
    if (!this.#canConsume({ producerId, rtpCapabilities: capabilities })) throw sfuErrors.raise.cannot_consume({})
    const consumer = await guarded(
      () => this.#transport.consume({ producerId, rtpCapabilities: capabilities, paused: true }),
      badCapabilities,
    )
    return mediaConsumer(consumer)
  }

  close(): void {
    this.#transport.close()
  }

  #tellState(): void {
    this.onState({ iceState: this.#transport.iceState, dtlsState: this.#transport.dtlsState })
  }
}
