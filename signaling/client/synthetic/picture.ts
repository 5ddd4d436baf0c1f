import type { Clock } from '../../../kit/clock.ts'
import type { GeneratedTrack } from './tone.ts'
import { RTCVideoSource } from './wrtc.ts'

/** Size and pace of a generated picture. Width and height are even. */
export interface PictureShape {
  readonly widthPixels: number
  readonly heightPixels: number
  readonly framesPerSecond: number
}

/** Enough to see that something moves, cheap enough for many in one process. */
export const smallPicture: PictureShape = { widthPixels: 320, heightPixels: 180, framesPerSecond: 15 }

/** Neutral chroma: the picture is grey. */
const grey = 128

/** One frame in I420: a slanted gradient that moves four pixels a frame, so that no two neighbouring frames are alike. */
function frameAt(index: number, { widthPixels, heightPixels }: PictureShape): Uint8Array {
  const data = new Uint8Array((widthPixels * heightPixels * 3) / 2).fill(grey)
  for (let y = 0; y < heightPixels; y++)
    for (let x = 0; x < widthPixels; x++) data[y * widthPixels + x] = (x + y + index * 4) & 0xff
  return data
}

/** A moving picture without a camera. */
export function createPicture(options: { clock: Clock; shape?: PictureShape }): GeneratedTrack {
  const { clock, shape = smallPicture } = options
  const source = new RTCVideoSource()
  const track = source.createTrack()
  let index = 0
  const timer = clock.every(1000 / shape.framesPerSecond, () => {
    const { widthPixels: width, heightPixels: height } = shape
    source.onFrame({ width, height, data: frameAt(index++, shape) })
  })
  return {
    track,
    stop() {
      timer.cancel()
      track.stop()
    },
  }
}
