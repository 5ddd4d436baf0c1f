import { observer, type types } from 'mediasoup'

/** Which RTP packets went in and out of the workers of this process, by their RTP timestamps: pipes and simple consumers keep them. */
export interface RtpTap {
  /** The timestamps of what came from a client for a producer, in the order of arrival, each once. */
  sentBy(producerId: string): readonly number[]
  /** The timestamps of what went to a client through a consumer. */
  receivedBy(consumerId: string): ReadonlySet<number>
  stop(): void
}

interface Traced {
  readonly id: string
  enableTraceEvent(types: ['rtp']): Promise<void>
  on(event: 'trace', listener: (trace: types.ConsumerTraceEventData | types.ProducerTraceEventData) => void): unknown
}

const timestampOf = (trace: { readonly info: object }): number => {
  const packet: unknown = 'rtpPacket' in trace.info ? trace.info.rtpPacket : trace.info
  const timestamp = typeof packet === 'object' && packet !== null && 'timestamp' in packet ? packet.timestamp : undefined
  if (typeof timestamp !== 'number') throw new Error(`a trace without a timestamp: ${JSON.stringify(trace)}`)
  return timestamp
}

/** Taps all workers that are made from now on. */
export function tapRtp(): RtpTap {
  const seen = new Map<string, Set<number>>()
  const follow = (traced: Traced): void => {
    const timestamps = new Set<number>()
    seen.set(traced.id, timestamps)
    traced.on('trace', (trace) => void timestamps.add(timestampOf(trace)))
    traced.enableTraceEvent(['rtp']).catch(() => undefined)
  }
  const onWorker = (worker: types.Worker): void => {
    worker.observer.on('newrouter', (router) => {
      router.observer.on('newtransport', (transport) => {
        if (transport.type !== 'webrtc') return
        transport.observer.on('newproducer', follow)
        transport.observer.on('newconsumer', follow)
      })
    })
  }
  observer.on('newworker', onWorker)
  return {
    sentBy: (producerId) => [...(seen.get(producerId) ?? [])],
    receivedBy: (consumerId) => seen.get(consumerId) ?? new Set(),
    stop: () => void observer.off('newworker', onWorker),
  }
}
