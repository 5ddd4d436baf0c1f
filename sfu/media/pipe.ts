import type { types } from 'mediasoup'

import { sfuErrors } from '../api/errors.ts'
import { pipeKeyFrameRequestDelayMs } from './codecs.ts'
import { pipeConsumer } from './consumer.ts'
import { guarded, internalFault } from './faults.ts'
import { mediaProducer } from './producer.ts'
import type { MediaProducer, PipeAddress, PipeConsumer, PipeEnd } from './types.ts'

const badRtp = (options: { cause: unknown }) => sfuErrors.raise.invalid_rtp({}, { field: 'data.rtpParameters', ...options })

/**
 * This node's end of one pipe: a PipeTransport with SRTP (the worker knows AEAD_AES_256_GCM only) and RTX. Each of its consumers gets
 * fresh SSRCs, so a track that is piped again never meets its own replay window (mediasoup#435).
 */
export class SrtpPipeEnd implements PipeEnd {
  readonly address: PipeAddress
  onClosed: () => void = () => undefined
  readonly #transport: types.PipeTransport
  #remoteTransportId: string | undefined

  constructor(transport: types.PipeTransport) {
    if (!transport.srtpParameters) throw new Error('the worker made a pipe without SRTP')
    this.#transport = transport
    this.address = {
      transportId: transport.id,
      ip: transport.tuple.localAddress,
      port: transport.tuple.localPort,
      srtpParameters: transport.srtpParameters,
    }
    transport.observer.once('close', () => this.onClosed())
  }

  get closed(): boolean {
    return this.#transport.closed
  }

  get remoteTransportId(): string | undefined {
    return this.#remoteTransportId
  }

  async connect(remote: PipeAddress): Promise<void> {
    const { ip, port, srtpParameters } = remote
    await guarded(
      () => this.#transport.connect({ ip, port, srtpParameters: srtpParameters as types.SrtpParameters }),
      (options) => sfuErrors.raise.pipe_unavailable({}, options),
    )
    this.#remoteTransportId = remote.transportId
  }

  async consume(producerId: string): Promise<PipeConsumer> {
    return pipeConsumer(
      await guarded(
        () => this.#transport.consume({ producerId }),
        (options) => sfuErrors.raise.unknown_track({}, options),
      ),
    )
  }

  async produce(options: Parameters<PipeEnd['produce']>[0]): Promise<MediaProducer> {
    const { kind, paused } = options
    const rtpParameters = options.rtpParameters as types.RtpParameters
    const producer = await guarded(
      () => this.#transport.produce({ kind, rtpParameters, paused, keyFrameRequestDelay: pipeKeyFrameRequestDelayMs }),
      badRtp,
    )
    return mediaProducer(producer)
  }

  async bytesReceived(): Promise<number> {
    const stats = await guarded(() => this.#transport.getStats(), internalFault)
    return stats[0]?.bytesReceived ?? 0
  }

  close(): void {
    this.#transport.close()
  }
}
