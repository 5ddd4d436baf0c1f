import { Device } from 'mediasoup-client'

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

/** What a browser provides of a client's options. */
export const browserDefaults = {
  dial: dialBrowserSocket,
  clock: systemClock,
  random: Math.random,
  mintId: () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  createDevice: () => Device.factory(),
  onNetworkChange,
} satisfies Partial<MeetingClientOptions>
