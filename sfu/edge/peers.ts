import type { Dispatcher } from 'undici'

import type { Clock } from '../../kit/clock.ts'
import type { FrameSocket } from '../../kit/peer.ts'
import { dialWebSocket } from '../../kit/wsClient.ts'
import { edgesPath, edgesSubprotocol, maxEdgeFrameBytes } from '../api/edge.ts'
import type { PeerAddress } from '../api/grant.ts'
import type { MeetingRef } from '../api/identity.ts'
import { meetingKey } from '../api/identity.ts'
import { createNodeClient } from '../api/nodeClient.ts'

const dialTimeoutMs = 3_000
const askTimeoutMs = 2_000
/** A peer that answered no ping for this long is cut off. */
const pingPeriodMs = 5_000

/** Opens the WebSocket of one meeting's edge to a peer. */
export function dialPeer(meeting: MeetingRef, clock: Clock): (peer: PeerAddress, signal: AbortSignal) => Promise<FrameSocket> {
  return ({ url, token }, signal) =>
    dialWebSocket({
      url: `${url}${edgesPath}?meeting=${encodeURIComponent(meetingKey(meeting))}`,
      subprotocol: edgesSubprotocol,
      bearer: token,
      timeoutMs: dialTimeoutMs,
      maxFrameBytes: maxEdgeFrameBytes,
      keepAlive: { clock, periodMs: pingPeriodMs },
      signal,
    })
}

/** Asks a peer which incarnations of the meeting it hosts. */
export function askPeer(
  meeting: MeetingRef,
  options: { clock: Clock; dispatcher?: Dispatcher },
): (peer: PeerAddress, signal: AbortSignal) => Promise<readonly string[]> {
  return ({ url, token }, signal) =>
    createNodeClient({ url, bearer: () => Promise.resolve(token), timeoutMs: askTimeoutMs, ...options }).hostedIncarnations(
      meeting,
      signal,
    )
}
