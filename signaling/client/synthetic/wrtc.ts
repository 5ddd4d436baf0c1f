import wrtc from '@roamhq/wrtc'
import { Device, type types } from 'mediasoup-client'

/** mediasoup-client's handler for Chromium looks its classes up in the global scope; Node has none of them. */
const needed = ['RTCPeerConnection', 'MediaStream', 'MediaStreamTrack', 'RTCRtpSender', 'RTCRtpReceiver'] as const

/**
 * The addon crashes the process when Node tears its environment down at the end of the event loop (node-webrtc/node-webrtc#636), after
 * everything was closed properly; `process.exit` ends without that tear-down. So a process that has loaded it, and be it for a tone that
 * was never sent, ends by `process.exit`, which `beforeExit` calls when nothing else is left to do.
 */
process.once('beforeExit', () => process.exit())

/** Gives Node the WebRTC of `@roamhq/wrtc`: real ICE, DTLS and SRTP. */
function prepare(): void {
  for (const name of needed)
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value: wrtc[name], configurable: true, writable: true })
}

/** Makes a mediasoup-client device on Node's WebRTC. Its SDP is Chromium's, so the handler for Chromium fits. */
export function createNodeDevice(): Promise<types.Device> {
  prepare()
  return Device.factory({ handlerName: 'Chrome111' })
}

export const { RTCAudioSource, RTCAudioSink, RTCVideoSource, RTCVideoSink } = wrtc.nonstandard
