import type { types } from 'mediasoup-client'

import type { Clock } from '../../kit/clock.ts'
import type { Source } from '../../sfu/api/rights.ts'
import type { ClientNotifications, ClientRequest, reactionEmojis } from '../api/protocol.ts'
import { createChatDesk } from './chatDesk.ts'
import { createEmitter } from './emitter.ts'
import { createLifeRunner, type Arrival } from './lifeRunner.ts'
import type { Dial } from './link.ts'
import { createMediaDesk } from './mediaDesk.ts'
import { createNotifications } from './notifications.ts'
import { createPublications } from './publications.ts'
import type { MeetingState } from './state.ts'
import type { MediaStats } from './stats.ts'
import { createStore } from './store.ts'

/** What happens once and is not kept in the state. */
export interface MeetingEvents {
  /** Live, for the first time or again. The resume token lets a page that is loaded again take its place: keep it for the tab. */
  readonly live: { readonly arrival: Arrival; readonly resumeToken: string }
  readonly reaction: ClientNotifications['reaction']
  /** The device of a source was taken away, or the browser ended the share; it is not published any more. */
  readonly trackEnded: { readonly source: Source }
}

/** Options of {@link createMeetingClient}. `browserDefaults` and the synthetic participant fill what a machine provides. */
export interface MeetingClientOptions {
  /** Of signaling's WebSocket: `wss://meet.example.org/v1/client`. */
  readonly url: string
  readonly token: string
  readonly displayName?: string | undefined
  readonly region?: string | undefined
  readonly rttsMs?: ClientRequest<'join'>['rttsMs']
  /** Media nodes that it does not want to be served by, at most 8. */
  readonly avoidNodes?: readonly string[] | undefined
  /** The resume token of this person's earlier session, whose place is taken. */
  readonly replaces?: string | undefined
  readonly dial: Dial
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  /** Makes ids of 8 to 64 characters. */
  readonly mintId: () => string
  /** Makes a fresh mediasoup-client device; called once a session. */
  readonly createDevice: () => Promise<types.Device>
  /** Tells of each change of the machine's network; the answer ends it. */
  readonly onNetworkChange?: (listener: () => void) => () => void
  /** `relay` to use TURN only. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy
}

/**
 * A client of one meeting. What it wants (published tracks, watched pictures) is told at any time and kept over lost sockets, moves and
 * new sessions; what is, stands in `state`. Nothing here throws for what the network or the server does: it stands in the state.
 */
export interface MeetingClient {
  readonly state: MeetingState
  subscribe(listener: (state: MeetingState) => void): () => void
  on<Name extends keyof MeetingEvents>(name: Name, listener: (value: MeetingEvents[Name]) => void): () => void
  /** Starts; only the first call does anything. */
  join(): void
  /** Sends a track as `source`, in place of what was there. The track stays the caller's and is never stopped here. */
  publish(source: Source, track: MediaStreamTrack, options?: { readonly muted?: boolean }): void
  unpublish(source: Source): void
  /** Muted, a track sends nothing and is disabled. */
  setMuted(source: Source, muted: boolean): void
  /** Receives a picture, or does not, whatever the first six are. `undefined` leaves it to the client again. */
  watch(trackId: string, on: boolean | undefined): void
  /** The highest spatial layer worth sending here for a picture: 0 for a thumbnail. */
  prefer(trackId: string, spatialLayer: number): void
  sendChat(text: string): void
  retryChat(clientMessageId: string): void
  /** Rejects with the coded error where it was not passed on. */
  react(emoji: (typeof reactionEmojis)[number]): Promise<void>
  /** What flows now, in and out. Rates are since the last call. */
  stats(): Promise<MediaStats>
  /** Ends the session, here and at the server. Resolves when the server has heard of it, or cannot be asked. */
  leave(): Promise<void>
}

/** Makes a client; {@link MeetingClient.join} starts it. */
export function createMeetingClient(options: MeetingClientOptions): MeetingClient {
  const { url, dial, clock, random, token, displayName, region, rttsMs, avoidNodes = [] } = options
  const store = createStore()
  const events = createEmitter<MeetingEvents>()
  const life = createLifeRunner({
    url,
    dial,
    clock,
    random,
    store,
    join: {
      token,
      ...(displayName === undefined ? {} : { displayName }),
      ...(region === undefined ? {} : { region }),
      ...(rttsMs === undefined ? {} : { rttsMs }),
      excludeNodes: [...avoidNodes],
    },
    onWelcome(welcome, arrival) {
      media.arrived(welcome, arrival)
      chat.resume()
      events.emit('live', { arrival, resumeToken: welcome.resumeToken })
    },
    onNotification: (incoming) => notifications(incoming),
    onClosed() {
      stopListening?.()
      publications.close()
      media.close()
    },
  })
  const chat = createChatDesk({ store, ask: life.ask, clock, mintId: options.mintId })
  const media = createMediaDesk({
    store,
    ask: life.ask,
    clock,
    random,
    createDevice: options.createDevice,
    iceTransportPolicy: options.iceTransportPolicy ?? 'all',
    onLost: (why, excludeNodes) => life.handle({ type: 'rejoinOrdered', why, excludeNodes }),
  })
  const publications = createPublications({
    store,
    onChange: (source) => media.publicationChanged(source),
    onTrackEnded: (source) => events.emit('trackEnded', { source }),
  })
  const notifications = createNotifications({
    store,
    media,
    onLife: (event) => life.handle(event),
    onReaction: (reaction) => events.emit('reaction', reaction),
  })
  const stopListening = options.onNetworkChange?.(() => {
    life.handle({ type: 'networkChanged' })
    media.networkChanged()
  })

  return {
    get state() {
      return store.state
    },
    subscribe: (listener) => store.subscribe(listener),
    on: (name, listener) => events.on(name, listener),
    join: () => life.handle({ type: 'start', replaces: options.replaces }),
    publish: (source, track, { muted = false } = {}) => publications.publish(source, track, muted),
    unpublish: (source) => publications.unpublish(source),
    setMuted: (source, muted) => publications.setMuted(source, muted),
    watch: (trackId, on) => media.watch(trackId, on),
    prefer: (trackId, spatialLayer) => media.prefer(trackId, spatialLayer),
    sendChat: (text) => chat.send(text),
    retryChat: (clientMessageId) => chat.retry(clientMessageId),
    async react(emoji) {
      await life.ask('react', { emoji })
    },
    stats: () => media.stats(),
    async leave() {
      const asked = store.state.life.at === 'live' ? life.ask('leave', {}) : undefined
      await asked?.catch(() => undefined)
      life.handle({ type: 'ended', code: 'left', why: 'You left the meeting.' })
    },
  }
}
