import type { types } from 'mediasoup'

import type { RtpParameters } from '../api/rtp.ts'
import { guarded, internalFault } from './faults.ts'
import type { MediaConsumer, PipeConsumer } from './types.ts'

function common(consumer: types.Consumer) {
  return {
    producerId: consumer.producerId,
    rtpParameters: consumer.rtpParameters as RtpParameters,
    get paused() {
      return consumer.paused
    },
    get producerPaused() {
      return consumer.producerPaused
    },
    get closed() {
      return consumer.closed
    },
    pause: () => guarded(() => consumer.pause(), internalFault),
    resume: () => guarded(() => consumer.resume(), internalFault),
    close: () => consumer.close(),
    onClosed: () => undefined,
  }
}

/** Copies properties with their getters, so that they stay alive. */
function extended<Base extends object, More extends object>(base: Base, more: More): Base & More {
  return Object.defineProperties(base, Object.getOwnPropertyDescriptors(more)) as Base & More
}

/** A mediasoup consumer on a pipe as {@link PipeConsumer}. */
export function pipeConsumer(consumer: types.Consumer): PipeConsumer {
  const made: PipeConsumer = common(consumer)
  consumer.observer.once('close', () => made.onClosed())
  return made
}

/** A mediasoup consumer of a client as {@link MediaConsumer}. */
export function mediaConsumer(consumer: types.Consumer): MediaConsumer {
  const made: MediaConsumer = extended(common(consumer), {
    id: consumer.id,
    kind: consumer.kind,
    type: consumer.type as MediaConsumer['type'],
    setPreferredLayers: (layers: { spatialLayer: number; temporalLayer?: number | undefined }) =>
      guarded(() => consumer.setPreferredLayers(layers as types.ConsumerLayers), internalFault),
    requestKeyFrame: () => guarded(() => consumer.requestKeyFrame(), internalFault),
    onLayers: () => undefined,
  })
  consumer.observer.once('close', () => made.onClosed())
  consumer.on('layerschange', (layers) =>
    made.onLayers({ spatialLayer: layers?.spatialLayer ?? null, temporalLayer: layers?.temporalLayer ?? null }),
  )
  return made
}
