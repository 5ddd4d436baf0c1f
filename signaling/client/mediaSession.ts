import type { types } from 'mediasoup-client'

import type { Clock } from '../../kit/clock.ts'
import type { CodedError } from '../../kit/errors.ts'
import type { Welcome } from '../api/protocol.ts'
import { IceRestarts } from './iceRestarts.ts'
import type { Ask } from './link.ts'
import { RecvSide, type RecvSideOptions } from './recvSide.ts'
import { SendSide, type SendSideOptions } from './sendSide.ts'
import type { MediaPath } from './state.ts'
import { arrivalsOf, flowOf, type FlowStats, type LastLook, type MediaStats } from './stats.ts'
import { TransportSlot } from './transportSlot.ts'

/** Options of {@link MediaSession.open}. */
export interface MediaSessionOptions {
  readonly welcome: Welcome
  /** A fresh, unloaded device. */
  readonly device: types.Device
  readonly ask: Ask
  readonly clock: Clock
  readonly random: () => number
  readonly iceTransportPolicy: RTCIceTransportPolicy
  readonly send: Pick<SendSideOptions, 'wanted' | 'onChange'>
  readonly recv: Pick<RecvSideOptions, 'wanted' | 'published' | 'onChange'>
  readonly onPath: (direction: 'send' | 'recv', path: MediaPath) => void
  /** The media node cannot be reached from here any more. */
  readonly onLost: (error: CodedError | undefined) => void
}

const pathOfState: Readonly<Record<types.ConnectionState, MediaPath>> = {
  new: 'connecting',
  connecting: 'connecting',
  connected: 'connected',
  disconnected: 'interrupted',
  failed: 'failed',
  closed: 'idle',
}

type Flows = Pick<MediaStats, 'incoming' | 'outgoing'>

/** The flows on one transport, by key. A transport that closes meanwhile has none. */
async function flowsOf(
  transport: types.Transport | undefined,
  flows: ReadonlyMap<string, types.Producer | types.Consumer>,
  last: (key: string) => LastLook,
): Promise<Record<string, FlowStats>> {
  const report = await transport?.getStats().catch(() => undefined)
  if (!report) return {}
  const seen = [...flows].map(([key, { kind, localId, rtpParameters }]) => {
    const ssrcs = (rtpParameters.encodings ?? []).flatMap(({ ssrc }) => ssrc ?? [])
    return [key, flowOf(report, { kind, mid: localId, ssrcs }, last(key))] as const
  })
  return Object.fromEntries(seen.flatMap(([key, flow]) => (flow ? [[key, flow]] : [])))
}

/** The media of one attachment to one media node: a transport each way, and what is on them. It outlives lost sockets. */
export class MediaSession {
  readonly attachment: string
  readonly #slots: { readonly send: TransportSlot; readonly recv: TransportSlot }
  readonly #ice: IceRestarts
  readonly send: SendSide
  readonly recv: RecvSide
  #retired = false
  #closed = false

  private constructor(options: MediaSessionOptions) {
    const { welcome, device, ask, clock, random, iceTransportPolicy } = options
    this.attachment = welcome.self.attachment
    const slot = (direction: 'send' | 'recv'): TransportSlot =>
      new TransportSlot({
        direction,
        device,
        ask,
        iceTransportPolicy,
        onState: (state) => this.#onState(direction, state, options.onPath),
      })
    this.#slots = { send: slot('send'), recv: slot('recv') }
    this.#ice = new IceRestarts({
      clock,
      restart: (direction) => this.#slots[direction].restartIce(),
      onLost: options.onLost,
    })
    this.send = new SendSide({ slot: this.#slots.send, ask, clock, random, ...options.send })
    this.recv = new RecvSide({ slot: this.#slots.recv, ask, clock, random, ...options.recv })
  }

  /** What flows now, each way; `last` finds what flowed at the last look. */
  async flows(last: (direction: 'incoming' | 'outgoing', key: string) => LastLook): Promise<Flows> {
    const [incoming, outgoing] = await Promise.all([
      flowsOf(this.#slots.recv.transport, this.recv.consumers, (key) => last('incoming', key)),
      flowsOf(this.#slots.send.transport, this.send.producers, (key) => last('outgoing', key)),
    ])
    return { incoming, outgoing }
  }

  /** A number that grows with whatever comes from the media node; undefined where there is no transport yet. */
  async arrivals(): Promise<number | undefined> {
    const transports = [this.#slots.send.transport, this.#slots.recv.transport].filter((transport) => transport !== undefined)
    const reports = await Promise.all(transports.map((transport) => transport.getStats().catch(() => undefined)))
    return transports.length === 0 ? undefined : reports.reduce((sum, report) => sum + (report ? arrivalsOf(report) : 0), 0)
  }

  /** What failed may be tried again at once: whatever was in the way is gone. */
  retryAll(): void {
    this.send.retryAll()
    this.recv.retryAll()
    void this.settle()
  }

  /** After a resume: what the server lost is made again, what it has too much is closed there. */
  resumed(welcome: Welcome): void {
    const kept = new Set(welcome.transports.map(({ id }) => id))
    for (const slot of [this.#slots.send, this.#slots.recv]) {
      if (slot.transport && !kept.has(slot.transport.id)) slot.drop(false)
      slot.closeUnknown(welcome.transports)
    }
    this.#ice.resumed()
    this.send.resumed(welcome.producerIds)
    this.recv.resumed(welcome.consumerIds)
  }

  /** The server's end of a transport failed: it is made again with all that was on it. */
  transportFailed(transportId: string): void {
    for (const slot of [this.#slots.send, this.#slots.recv]) if (slot.transport?.id === transportId) slot.drop(true)
    void this.settle()
  }

  networkChanged(): void {
    this.#ice.networkChanged()
  }

  /** Brings what is sent and received to what is wanted. */
  async settle(): Promise<void> {
    await Promise.all([this.send.settle(), this.recv.settle()])
  }

  /** Another session takes over: nothing is sent any more, what plays goes on until {@link close}. */
  retire(): void {
    this.#retired = true
    this.#ice.close()
    this.send.close()
    this.recv.freeze()
  }

  close(): void {
    if (this.#closed) return
    this.retire()
    this.#closed = true
    this.recv.close()
    this.#slots.send.close()
    this.#slots.recv.close()
  }

  #onState(direction: 'send' | 'recv', state: types.ConnectionState, onPath: MediaSessionOptions['onPath']): void {
    if (this.#retired) return
    this.#ice.onState(direction, state)
    onPath(direction, pathOfState[state])
  }

  /** Loads the device with what the media node's router can; rejects where this machine has no WebRTC that fits. */
  static async open(options: MediaSessionOptions): Promise<MediaSession> {
    const routerRtpCapabilities = options.welcome.routerRtpCapabilities as types.RtpCapabilities
    await options.device.load({ routerRtpCapabilities })
    return new MediaSession(options)
  }
}
