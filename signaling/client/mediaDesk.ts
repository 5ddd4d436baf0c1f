import type { types } from 'mediasoup-client'

import type { Clock, Timer } from '../../kit/clock.ts'
import type { CodedError } from '../../kit/errors.ts'
import type { Source } from '../../sfu/api/rights.ts'
import type { ClientNotifications, Welcome } from '../api/protocol.ts'
import type { Trouble } from './life.ts'
import type { Arrival } from './lifeRunner.ts'
import type { Ask } from './link.ts'
import { MediaSession } from './mediaSession.ts'
import { createPlaces } from './places.ts'
import { createPulse } from './pulse.ts'
import type { Received } from './recvSide.ts'
import type { MeetingState, Publication, Subscription } from './state.ts'
import type { MediaStats } from './stats.ts'
import type { Store } from './store.ts'
import { receivesCamera, subscriptionsFor, wantedTracks, type WantedTrack } from './subscriptions.ts'

/** Options of {@link createMediaDesk}. */
export interface MediaDeskOptions {
  readonly store: Store
  readonly ask: Ask
  readonly clock: Clock
  readonly random: () => number
  readonly createDevice: () => Promise<types.Device>
  readonly iceTransportPolicy: RTCIceTransportPolicy
  /** The media node cannot be reached from here: another place is needed. */
  readonly onLost: (why: string, excludeNodes: readonly string[]) => void
}

/** Keeps the media of a client, over its sessions. */
export interface MediaDesk {
  arrived(welcome: Welcome, arrival: Arrival): void
  publicationChanged(source: Source): void
  rosterChanged(): void
  watch(trackId: string, on: boolean | undefined): void
  prefer(trackId: string, spatialLayer: number): void
  consumerClosed(consumerId: string): void
  consumerMoved(consumerId: string): void
  transportState(transport: ClientNotifications['transportState']): void
  networkChanged(): void
  /** Whether signaling reaches the media node: while it does not, this client finds out for itself whether the node lives. */
  nodeReached(reached: boolean): void
  stats(): Promise<MediaStats>
  close(): void
}

/** How long the old session's media stays beside the new one's after a rejoin. */
export const sessionOverlapMs = 3_000

const unsupported: Trouble = { code: 'webrtc_unsupported', why: 'This browser cannot send or receive media with this meeting.' }

function withReceived(state: MeetingState, trackId: string, received: Received): MeetingState {
  const before = state.subscriptions.get(trackId)
  if (!before) return state
  const next: Subscription = { ...before, ...received, trouble: received.trouble }
  return { ...state, subscriptions: new Map(state.subscriptions).set(trackId, next) }
}

function withSent(state: MeetingState, source: Source, sent: Pick<Publication, 'state' | 'trouble'>): MeetingState {
  const before = state.publications.get(source)
  if (!before || (before.state === sent.state && before.trouble === sent.trouble)) return state
  return { ...state, publications: new Map(state.publications).set(source, { ...before, ...sent }) }
}

/** A new session has nothing against anything yet. */
function withFreshPublications(state: MeetingState): MeetingState {
  const fresh = [...state.publications].map(([source, publication]): [Source, Publication] => [
    source,
    { ...publication, state: 'publishing', trouble: undefined },
  ])
  return { ...state, publications: new Map(fresh) }
}

function allowed({ publications, self }: MeetingState): ReadonlyMap<Source, Publication> {
  return new Map([...publications].filter(([source]) => self?.rights.publish.includes(source)))
}

/** Makes a client's {@link MediaDesk}. */
export function createMediaDesk(options: MediaDeskOptions): MediaDesk {
  const { store, ask, clock } = options
  const places = createPlaces({ clock, random: options.random })
  const watched = new Map<string, boolean>()
  let session: MediaSession | undefined
  let retired: { readonly session: MediaSession; readonly timer: Timer } | undefined
  let opening = 0
  let look: MediaStats = { atMs: 0, incoming: {}, outgoing: {} }

  const wanted = (): WantedTrack[] => wantedTracks(store.state.participants, watched, store.state.self?.rights.subscribe ?? false)

  function refresh(): void {
    store.update((state) => ({ ...state, subscriptions: subscriptionsFor(wanted(), state.subscriptions) }))
    void session?.recv.settle()
  }

  function endRetired(): void {
    retired?.timer.cancel()
    retired?.session.close()
    retired = undefined
  }

  /** What plays of a session goes on for a moment beside the next one, also where that was overtaken by a later one before it was open. */
  function retireInPeace(before: MediaSession): void {
    endRetired()
    retired = { session: before, timer: clock.after(sessionOverlapMs, endRetired) }
  }

  /** Told again and again for as long as nothing comes through. */
  function onLost(error: CodedError | undefined): void {
    const { life, node } = store.state
    if (life.at !== 'live' || !places.take()) return
    options.onLost(error?.message ?? 'No media came through any more.', node ? [node.name] : [])
  }

  const pulse = createPulse({
    clock,
    count: async () => session?.arrivals(),
    hasPicture: () => receivesCamera(store.state),
    onLost: () => onLost(undefined),
  })

  async function openSession(welcome: Welcome): Promise<MediaSession> {
    // Callbacks of a session that another has replaced change nothing any more.
    const current = ++opening
    const guarded = (change: (state: MeetingState) => MeetingState): void => {
      if (current === opening) store.update(change)
    }
    return MediaSession.open({
      welcome,
      device: await options.createDevice(),
      ask,
      clock,
      random: options.random,
      iceTransportPolicy: options.iceTransportPolicy,
      send: {
        // What the token does not allow would only be refused.
        wanted: () => allowed(store.state),
        onChange: (source, state, trouble) => guarded((before) => withSent(before, source, { state, trouble })),
      },
      recv: {
        wanted,
        published: (trackId) => store.state.participants.some(({ tracks }) => tracks.some((track) => track.trackId === trackId)),
        onChange: (trackId, received) => guarded((before) => withReceived(before, trackId, received)),
      },
      onPath: (direction, path) => guarded((before) => ({ ...before, [direction === 'send' ? 'sendPath' : 'recvPath']: path })),
      onLost: (error) => {
        if (current === opening) onLost(error)
      },
    })
  }

  async function arrivedAnew(welcome: Welcome): Promise<void> {
    const before = session
    session = undefined
    before?.retire()
    store.update(withFreshPublications)
    try {
      const opened = await openSession(welcome)
      if (store.state.self?.attachment !== welcome.self.attachment || store.state.life.at === 'closed') return opened.close()
      session = opened
      store.update((state) => ({ ...state, mediaTrouble: undefined }))
      refresh()
      void opened.settle()
    } catch {
      store.update((state) => ({ ...state, mediaTrouble: unsupported }))
    } finally {
      if (before) retireInPeace(before)
    }
  }

  return {
    arrived(welcome, arrival) {
      pulse.stop()
      if (arrival === 'resumed' && session?.attachment === welcome.self.attachment) {
        session.resumed(welcome)
        refresh()
        void session.send.settle()
      } else void arrivedAnew(welcome)
    },
    publicationChanged(source) {
      session?.send.retry(source)
      void session?.send.settle()
    },
    rosterChanged: refresh,
    watch(trackId, on) {
      if (on === undefined) watched.delete(trackId)
      else watched.set(trackId, on)
      refresh()
    },
    prefer(trackId, spatialLayer) {
      const consumerId = session?.recv.consumers.get(trackId)?.id
      if (consumerId !== undefined) ask('setPreferredLayers', { consumerId, spatialLayer }).catch(() => undefined)
    },
    consumerClosed(consumerId) {
      session?.recv.consumerClosed(consumerId)
      void session?.recv.settle()
    },
    consumerMoved(consumerId) {
      session?.recv.consumerMoved(consumerId)
      void session?.recv.settle()
    },
    transportState({ transportId, dtlsState }) {
      if (dtlsState === 'failed' || dtlsState === 'closed') session?.transportFailed(transportId)
    },
    networkChanged: () => session?.networkChanged(),
    nodeReached(reached) {
      if (!reached) return pulse.start()
      pulse.stop()
      session?.retryAll()
    },
    async stats() {
      const atMs = clock.monotonicMs()
      const elapsedMs = atMs - look.atMs
      const flows = await session?.flows((direction, key) => ({ before: look[direction][key], elapsedMs }))
      look = { atMs, incoming: {}, outgoing: {}, ...flows }
      return look
    },
    close() {
      pulse.stop()
      endRetired()
      session?.close()
      session = undefined
    },
  }
}
