import type { types } from 'mediasoup'

import { guarded, internalFault } from './faults.ts'
import type { MediaProducer } from './types.ts'

/** A mediasoup producer as {@link MediaProducer}. */
export function mediaProducer(producer: types.Producer): MediaProducer {
  const made: MediaProducer = {
    id: producer.id,
    kind: producer.kind,
    get paused() {
      return producer.paused
    },
    get closed() {
      return producer.closed
    },
    ssrc: producer.rtpParameters.encodings?.[0]?.ssrc,
    pause: () => guarded(() => producer.pause(), internalFault),
    resume: () => guarded(() => producer.resume(), internalFault),
    close: () => producer.close(),
    onClosed: () => undefined,
  }
  producer.observer.once('close', () => made.onClosed())
  return made
}
