import { kindOfSource, type Source } from '../../../sfu/api/rights.ts'
import type { MeetingState, Subscription } from '../state.ts'
import { RTCAudioSink, RTCVideoSink } from './wrtc.ts'

/** What was received of one participant's source so far, over all of its producers. */
export interface Received {
  readonly frames: number
  readonly widthPixels: number
  readonly heightPixels: number
  /** As the W3C's `totalAudioEnergy`: seconds times the square of the level, full scale being 1. */
  readonly audioEnergy: number
}

interface Sink {
  readonly track: MediaStreamTrack
  stop(): void
}

/** What the sinks of wrtc call back with; its types leave them open. */
interface VideoFrameEvent {
  readonly frame: { readonly width: number; readonly height: number }
}
interface AudioDataEvent {
  readonly samples: Int16Array
  readonly sampleRate: number
}

const nothing: Received = { frames: 0, widthPixels: 0, heightPixels: 0, audioEnergy: 0 }
const fullScale = 32_767

function energyOf(samples: Int16Array, sampleRate: number): number {
  const sum = samples.reduce((energy, sample) => energy + (sample / fullScale) ** 2, 0)
  return sum / sampleRate
}

/** Decodes and counts what a client receives. */
export class Receiver {
  readonly #sinks = new Map<string, Sink>()
  readonly #received = new Map<string, Received>()

  /** Follows the tracks of a state: what is new is decoded, what is gone is let go. */
  follow({ subscriptions }: MeetingState): void {
    for (const [trackId, { track }] of this.#sinks) if (subscriptions.get(trackId)?.track !== track) this.#drop(trackId)
    for (const subscription of subscriptions.values())
      if (subscription.track && !this.#sinks.has(subscription.trackId)) this.#decode(subscription, subscription.track)
  }

  /** What came from a participant's source; zeros where nothing did. */
  from(participant: string, source: Source): Received {
    return this.#received.get(`${participant}/${source}`) ?? nothing
  }

  close(): void {
    for (const trackId of [...this.#sinks.keys()]) this.#drop(trackId)
  }

  #drop(trackId: string): void {
    this.#sinks.get(trackId)?.stop()
    this.#sinks.delete(trackId)
  }

  #add(trackId: string, more: (before: Received) => Partial<Received>): void {
    const before = this.#received.get(trackId) ?? nothing
    this.#received.set(trackId, { ...before, ...more(before) })
  }

  #decode({ trackId, source }: Subscription, track: MediaStreamTrack): void {
    const sink = kindOfSource[source] === 'video' ? this.#see(trackId, track) : this.#hear(trackId, track)
    this.#sinks.set(trackId, { track, stop: () => sink.stop() })
  }

  #see(trackId: string, track: MediaStreamTrack): { stop(): void } {
    const sink = new RTCVideoSink(track)
    sink.onframe = ({ frame }: VideoFrameEvent) =>
      this.#add(trackId, ({ frames }) => ({ frames: frames + 1, widthPixels: frame.width, heightPixels: frame.height }))
    return sink
  }

  #hear(trackId: string, track: MediaStreamTrack): { stop(): void } {
    const sink = new RTCAudioSink(track)
    sink.ondata = ({ samples, sampleRate }: AudioDataEvent) => {
      const energy = energyOf(samples, sampleRate)
      this.#add(trackId, ({ audioEnergy }) => ({ audioEnergy: audioEnergy + energy }))
    }
    return sink
  }
}
