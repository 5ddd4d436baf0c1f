import type { Probe } from '../api/probe.ts'
import type { MediaKind } from '../api/rights.ts'
import type { DtlsParameters, RtpCapabilities, RtpParameters, TransportParameters } from '../api/rtp.ts'
import type { SessionNotifications } from '../api/session.ts'

/**
 * What segments and edges need of media, without a word of mediasoup: a unit test gives them fakes of these. Every part is closed by its
 * owner or with its parent; `close` is idempotent, and `onClosed` is called once, however it ended.
 */

/** A source of RTP in a router: a client's, or one that came through a pipe. */
export interface MediaProducer {
  readonly id: string
  readonly kind: MediaKind
  readonly paused: boolean
  readonly closed: boolean
  /** First SSRC, by which a producer that was made anew under its old id is told from the old one. */
  readonly ssrc: number | undefined
  pause(): Promise<void>
  resume(): Promise<void>
  close(): void
  onClosed: () => void
}

/** What a client receives of one producer. */
export interface MediaConsumer {
  readonly id: string
  readonly producerId: string
  readonly kind: MediaKind
  readonly rtpParameters: RtpParameters
  readonly type: 'simple' | 'simulcast' | 'svc'
  readonly paused: boolean
  readonly producerPaused: boolean
  readonly closed: boolean
  pause(): Promise<void>
  resume(): Promise<void>
  setPreferredLayers(layers: { spatialLayer: number; temporalLayer?: number | undefined }): Promise<void>
  requestKeyFrame(): Promise<void>
  close(): void
  onClosed: () => void
  /** The layers that are sent now; null where none is. */
  onLayers: (layers: { spatialLayer: number | null; temporalLayer: number | null }) => void
}

/** The sending half of a track's way through a pipe: carries all layers. */
export interface PipeConsumer {
  readonly producerId: string
  readonly rtpParameters: RtpParameters
  readonly paused: boolean
  readonly producerPaused: boolean
  readonly closed: boolean
  pause(): Promise<void>
  resume(): Promise<void>
  close(): void
  onClosed: () => void
}

export type Direction = 'send' | 'recv'
export type TransportState = Omit<SessionNotifications['transportState'], 'transportId'>

/** A client's WebRTC transport. */
export interface ClientTransport {
  readonly id: string
  readonly direction: Direction
  readonly parameters: TransportParameters
  readonly closed: boolean
  /** Raises `already_connected` the second time. */
  connect(dtlsParameters: DtlsParameters): Promise<void>
  restartIce(): Promise<TransportParameters['iceParameters']>
  /** Raises `invalid_rtp` for what the router cannot route. */
  produce(options: { kind: MediaKind; rtpParameters: RtpParameters; paused: boolean }): Promise<MediaProducer>
  /** Starts paused. Raises `cannot_consume` where the capabilities do not fit, `unknown_track` where the producer is gone. */
  consume(options: { producerId: string; rtpCapabilities: RtpCapabilities }): Promise<MediaConsumer>
  close(): void
  onClosed: () => void
  onState: (state: TransportState) => void
}

/** An ICE end for a check of reachability. */
export interface MediaProbe {
  readonly probe: Probe
  close(): void
}

/** Where one end of a pipe is reached, and the key it sends with (AEAD_AES_256_GCM). */
export interface PipeAddress {
  readonly transportId: string
  readonly ip: string
  readonly port: number
  readonly srtpParameters: { readonly cryptoSuite: string; readonly keyBase64: string }
}

/** This node's end of the pipe to another node. */
export interface PipeEnd {
  readonly address: PipeAddress
  readonly closed: boolean
  /** May be called once. */
  connect(remote: PipeAddress): Promise<void>
  /** The far end it was connected to. */
  readonly remoteTransportId: string | undefined
  consume(producerId: string): Promise<PipeConsumer>
  produce(options: { kind: MediaKind; rtpParameters: RtpParameters; paused: boolean }): Promise<MediaProducer>
  /** Bytes that came through so far: a pipe whose count stands still may be dead. */
  bytesReceived(): Promise<number>
  close(): void
  onClosed: () => void
}

/** How loud a producer was in the last period, in dBov: 0 is the loudest, -127 silence. */
export interface ProducerLevel {
  readonly producerId: string
  readonly dBov: number
}

/** One router: where the media of one segment meets. */
export interface MediaRouter {
  /** Index of its worker. */
  readonly worker: number
  readonly rtpCapabilities: RtpCapabilities
  readonly closed: boolean
  createTransport(direction: Direction): Promise<ClientTransport>
  createPipe(): Promise<PipeEnd>
  /** Whether the worker carries as many consumers as it may. */
  readonly full: boolean
  /** Listens to how loud an audio producer is, until it closes. */
  hear(producerId: string): Promise<void>
  close(): void
  /** Called once when the router ends without its owner's doing: its worker died. */
  onDied: () => void
  /** The loudest producers that are heard, loudest first; empty once when all are silent. */
  onLevels: (levels: readonly ProducerLevel[]) => void
}
