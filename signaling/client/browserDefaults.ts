import { detectDevice, Device, type types } from 'mediasoup-client'

import { systemClock } from '../../kit/clock.ts'
import { dialBrowserSocket } from './browserSocket.ts'
import type { MeetingClientOptions } from './meetingClient.ts'

/** The part of the Network Information API that browsers with it share (https://wicg.github.io/netinfo/). */
interface NetworkInformation extends EventTarget {
  readonly type?: string
}

/** Tells when the browser is online again, and when it changed from one network to another where it can tell. */
function onNetworkChange(listener: () => void): () => void {
  const { connection } = navigator as Navigator & { readonly connection?: NetworkInformation }
  let type = connection?.type
  // `change` also comes for a new estimate of the same network's speed.
  const onConnection = (): void => {
    if (connection?.type === type) return
    type = connection?.type
    listener()
  }
  globalThis.addEventListener('online', listener)
  connection?.addEventListener('change', onConnection)
  return () => {
    globalThis.removeEventListener('online', listener)
    connection?.removeEventListener('change', onConnection)
  }
}

/**
 * A device for this browser. One that mediasoup-client does not know by its name (it reads the user agent) but that has WebRTC speaks it
 * as Chromium does; where it does not, the first use says so.
 */
function createDevice(): Promise<types.Device> {
  const known = detectDevice() !== undefined || !('RTCPeerConnection' in globalThis)
  return Device.factory(known ? {} : { handlerName: 'Chrome111' })
}

/** What a browser provides of a client's options. */
export const browserDefaults = {
  dial: dialBrowserSocket,
  clock: systemClock,
  random: Math.random,
  mintId: () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  createDevice,
  onNetworkChange,
} satisfies Partial<MeetingClientOptions>
