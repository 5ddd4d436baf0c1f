import type { Clock } from '../../../kit/clock.ts'
import { RTCAudioSource } from './wrtc.ts'

/** A track that somebody makes, with what ends it. */
export interface GeneratedTrack {
  readonly track: MediaStreamTrack
  stop(): void
}

const sampleRate = 48_000
/** WebRTC's audio takes exactly ten milliseconds at a time. */
const blockMs = 10
const samplesABlock = (sampleRate * blockMs) / 1000
const fullScale = 32_767
/** A busy process makes up for at most this much; older sound is of no use. */
const maxBehindBlocks = 20

/** A sine of `frequencyHz` at -12 dB of full scale, in mono. */
export function createTone(options: { clock: Clock; frequencyHz: number }): GeneratedTrack {
  const { clock, frequencyHz } = options
  const source = new RTCAudioSource()
  const track = source.createTrack()
  const startMs = clock.monotonicMs()
  let blocks = 0

  function emit(): void {
    const offset = blocks * samplesABlock
    const samples = Int16Array.from(
      { length: samplesABlock },
      (_, index) => Math.sin((2 * Math.PI * frequencyHz * (offset + index)) / sampleRate) * fullScale * 0.25,
    )
    source.onData({ samples, sampleRate, bitsPerSample: 16, channelCount: 1, numberOfFrames: samplesABlock })
    blocks++
  }

  const timer = clock.every(blockMs, () => {
    const due = Math.floor((clock.monotonicMs() - startMs) / blockMs)
    blocks = Math.max(blocks, due - maxBehindBlocks)
    while (blocks < due) emit()
  })
  return {
    track,
    stop() {
      timer.cancel()
      track.stop()
    },
  }
}
