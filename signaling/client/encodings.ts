import type { types } from 'mediasoup-client'

import type { Source } from '../../sfu/api/rights.ts'

/** How a source is sent: the encodings and codec options of mediasoup-client's `produce`. */
export interface SendOptions {
  readonly encodings?: types.RtpEncodingParameters[]
  readonly codecOptions?: types.ProducerCodecOptions
}

/**
 * Layers of a camera by the height of its picture. libwebrtc makes three simulcast layers only from 960x540 up and drops the lowest
 * ones below (its `kSimulcastFormats`), so a smaller picture asks for no more than it gets. Bit rates are those of libwebrtc for VP8
 * at these sizes, rounded.
 */
function cameraEncodings(heightPixels: number): types.RtpEncodingParameters[] {
  if (heightPixels >= 540)
    return [
      { scaleResolutionDownBy: 4, maxBitrate: 150_000 },
      { scaleResolutionDownBy: 2, maxBitrate: 500_000 },
      { scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
    ]
  if (heightPixels >= 270)
    return [
      { scaleResolutionDownBy: 2, maxBitrate: 150_000 },
      { scaleResolutionDownBy: 1, maxBitrate: 500_000 },
    ]
  return [{ maxBitrate: 200_000 }]
}

/** Text on a screen needs sharpness before motion: one layer, many bits, few frames. */
const screenEncodings: types.RtpEncodingParameters[] = [{ maxBitrate: 2_500_000, maxFramerate: 15 }]

/**
 * How `source` is sent; `heightPixels` is that of the picture. The start bit rate (kbit/s) keeps the first seconds from being blurred:
 * with libwebrtc's own the first picture is 160 or 320 pixels wide and up to 4 s blurred (measured).
 */
export function sendOptionsOf(source: Source, heightPixels: number): SendOptions {
  switch (source) {
    case 'camera':
      return { encodings: cameraEncodings(heightPixels), codecOptions: { videoGoogleStartBitrate: 600 } }
    case 'screen':
      return { encodings: screenEncodings, codecOptions: { videoGoogleStartBitrate: 1_000 } }
    case 'microphone':
      return { codecOptions: { opusStereo: false, opusDtx: true, opusFec: true, opusMaxAverageBitrate: 40_000 } }
    case 'screenAudio':
      return { codecOptions: { opusStereo: true, opusDtx: false, opusFec: true, opusMaxAverageBitrate: 96_000 } }
  }
}
