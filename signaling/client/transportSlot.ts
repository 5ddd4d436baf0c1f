import type { types } from 'mediasoup-client'

import { asCodedError } from '../../kit/errors.ts'
import type { Source } from '../../sfu/api/rights.ts'
import type { RtpCapabilities, RtpParameters } from '../../sfu/api/rtp.ts'
import type { Welcome } from '../api/protocol.ts'
import type { Ask } from './link.ts'

/** What is said with a producer, so that its request can name the source. */
export interface ProducerData extends Record<string, unknown> {
  readonly source: Source
  readonly muted: boolean
}

/** Options of {@link TransportSlot}. */
export interface TransportSlotOptions {
  readonly direction: 'send' | 'recv'
  readonly device: types.Device
  readonly ask: Ask
  readonly iceTransportPolicy: RTCIceTransportPolicy
  readonly onState: (state: types.ConnectionState) => void
}

/**
 * The place of one transport of a session: made at the first use, made again after it was dropped. A transport whose `connect` did not
 * get through is of no use any more (its local description is ahead of what the other side knows), so it is dropped as well.
 */
export class TransportSlot {
  readonly #options: TransportSlotOptions
  #transport: types.Transport | undefined
  #making: Promise<types.Transport> | undefined
  #closed = false

  constructor(options: TransportSlotOptions) {
    this.#options = options
  }

  get transport(): types.Transport | undefined {
    return this.#transport
  }

  /** The transport, made now if there is none. Rejects with the coded error of the request. */
  get(): Promise<types.Transport> {
    if (this.#transport) return Promise.resolve(this.#transport)
    this.#making ??= this.#make().finally(() => (this.#making = undefined))
    return this.#making
  }

  /** Forgets the transport with all that is on it; the server is told where `tell`. */
  drop(tell: boolean): void {
    const transport = this.#transport
    if (!transport) return
    this.#transport = undefined
    transport.close()
    if (tell) this.#options.ask('closeTransport', { transportId: transport.id }).catch(() => undefined)
    this.#options.onState('closed')
  }

  /** Closes transports of this direction at the server that this client never heard of: their answer was lost. */
  closeUnknown(known: Welcome['transports']): void {
    for (const { id, direction } of known) {
      if (direction === this.#options.direction && id !== this.#transport?.id)
        this.#options.ask('closeTransport', { transportId: id }).catch(() => undefined)
    }
  }

  /** New ICE credentials for the transport, if there is one; rejects with the coded error of the request. */
  async restartIce(): Promise<void> {
    const transport = this.#transport
    if (!transport) return
    const { iceParameters, iceServers } = await this.#options.ask('restartIce', { transportId: transport.id })
    if (transport.closed) return
    // TURN credentials live a few minutes only: a restart may well come after them.
    await transport.updateIceServers({ iceServers: iceServers as RTCIceServer[] })
    await transport.restartIce({ iceParameters })
  }

  close(): void {
    this.#closed = true
    this.drop(false)
  }

  async #make(): Promise<types.Transport> {
    const { direction, device, ask, iceTransportPolicy } = this.#options
    const rtpCapabilities = device.recvRtpCapabilities as RtpCapabilities
    const parameters = await ask('createTransport', direction === 'recv' ? { direction, rtpCapabilities } : { direction })
    const options = { ...parameters, iceTransportPolicy } as unknown as types.TransportOptions
    const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options)
    this.#wire(transport)
    if (this.#closed) {
      transport.close()
      throw asCodedError(new Error('the session was closed meanwhile'))
    }
    this.#transport = transport
    this.#options.onState('new')
    return transport
  }

  #wire(transport: types.Transport): void {
    const { ask, onState } = this.#options
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      const connecting = ask('connectTransport', {
        transportId: transport.id,
        dtlsParameters,
      })
      connecting.then(done, (thrown: unknown) => {
        failed(asCodedError(thrown))
        if (transport === this.#transport) this.drop(true)
      })
    })
    transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const { source, muted } = appData as ProducerData
      const producing = ask('produce', {
        transportId: transport.id,
        kind,
        source,
        rtpParameters: rtpParameters as RtpParameters,
        paused: muted,
      })
      producing.then(
        ({ producerId }) => done({ id: producerId }),
        (thrown: unknown) => failed(asCodedError(thrown)),
      )
    })
    transport.on('connectionstatechange', (state) => {
      if (transport === this.#transport) onState(state)
    })
  }
}
