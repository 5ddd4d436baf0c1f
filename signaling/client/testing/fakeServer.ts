import { testFakeParameters } from 'mediasoup-client'

import type { Clock } from '../../../kit/clock.ts'
import { commonErrors, type CodedError } from '../../../kit/errors.ts'
import { ulidSource } from '../../../kit/ids.ts'
import { createPeer, type Incoming, type Peer } from '../../../kit/peer.ts'
import { trackIdOf, type RosterChange, type Track } from '../../../sfu/api/roster.ts'
import type { Source } from '../../../sfu/api/rights.ts'
import { signalingErrors } from '../../api/errors.ts'
import {
  clientCloseCodes,
  clientRequests,
  type ChatMessage,
  type ClientMethod,
  type ClientNotifications,
  type ClientRequest,
  type MediaMethod,
  type Welcome,
} from '../../api/protocol.ts'
import type { Dial } from '../link.ts'
import { FakeSession, type FakeMeeting } from './fakeSession.ts'
import { socketPair } from './fakeSockets.ts'

/** One connection of a client, as the fake server sees it. */
interface Connection {
  readonly peer: Peer
  session: FakeSession | undefined
}

/**
 * A signaling server in memory that speaks the client protocol of one meeting, without media, and can be made to fail in every way that
 * a real one may. What it holds is what a test looks at.
 */
export class FakeServer {
  readonly sessions = new Map<string, FakeSession>()
  readonly chat: ChatMessage[] = []
  /** Every request that came in, by method, for tests about what must not be asked too often. */
  readonly asked: { readonly method: string; readonly atMs: number; readonly data: unknown }[] = []
  /** Whether a dial succeeds. */
  reachable = true
  /** Whether requests are answered at all. */
  answering = true
  node = 'node-a'
  /** What those who join may publish. */
  mayPublish: Source[] = ['microphone', 'camera', 'screen', 'screenAudio']
  /** Tracks of people that no client stands behind. */
  readonly guests = new Map<string, { readonly attachment: string; readonly tracks: Track[] }>()
  readonly #clock: Clock
  readonly #mint
  readonly #refusals = new Map<string, CodedError[]>()
  readonly #connections = new Set<Connection>()
  /** Who joins waits in line until {@link FakeServer.admit}. */
  #line: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined
  revision = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#mint = ulidSource(() => clock.nowMs())
  }

  readonly dial: Dial = () => {
    if (!this.reachable) return Promise.reject(commonErrors.raise.unavailable({ what: 'signaling' }))
    const [client, server] = socketPair()
    const connection: Connection = {
      session: undefined,
      peer: createPeer({
        socket: server,
        clock: this.#clock,
        requestTimeoutMs: 5_000,
        maxConcurrentRequests: 64,
        onNotification: () => undefined,
        onRequest: (incoming) => this.#answer(connection, incoming),
        onClose: () => this.#gone(connection),
      }),
    }
    this.#connections.add(connection)
    return Promise.resolve(client)
  }

  /** Refuses the next request of `method`. */
  refuseNext(method: ClientMethod, error: CodedError): void {
    this.#refusals.set(method, [...(this.#refusals.get(method) ?? []), error])
  }

  /** All sockets close, as when a replica stops. */
  dropSockets(code: number = clientCloseCodes.goingAway): void {
    for (const { peer } of [...this.#connections]) peer.close(code, 'dropped')
  }

  /** Who joins from now on waits in line. */
  holdJoins(): void {
    this.#line = Promise.withResolvers<void>()
  }

  /** Tells those who wait where they stand. */
  tellLine(position: number): void {
    for (const { peer } of this.#connections) peer.notify('waiting', { position, why: `number ${position} in line` })
  }

  /** Lets in whoever waits. */
  admit(): void {
    this.#line?.resolve()
    this.#line = undefined
  }

  tell<Method extends keyof ClientNotifications>(method: Method, data: ClientNotifications[Method]): void {
    for (const { peer, session } of this.#connections) if (session) peer.notify(method, data)
  }

  step(...changes: RosterChange[]): void {
    this.tell('roster', { revision: ++this.revision, changes })
  }

  /** Someone without a client joins and publishes. */
  guest(participant: string, ...sources: Source[]): void {
    const tracks = sources.map((source) => this.#track(participant, source))
    const guest = { attachment: this.#mint(), tracks }
    this.guests.set(participant, guest)
    this.step({ type: 'joined', entry: this.#guestEntry(participant, guest) })
  }

  /** A guest's track is produced anew, as after a move. Consumers of the old producer stay until the server closes them. */
  reproduce(participant: string, source: Source): void {
    const guest = this.guests.get(participant)
    const index = guest?.tracks.findIndex((track) => track.source === source) ?? -1
    const before = guest?.tracks[index]
    if (!guest || !before) throw new Error(`${participant} publishes no ${source}`)
    const track = { ...this.#track(participant, source), replaces: before.producerId }
    guest.tracks[index] = track
    this.step({ type: 'track', participant, attachment: guest.attachment, track })
  }

  /** A guest's track comes to the media node another way: whoever consumes it is told. */
  reroute(participant: string, source: Source): void {
    const consumers = [...this.sessions.values()].flatMap((session) => [...session.consumers])
    for (const [consumerId, { trackId }] of consumers) {
      if (trackId === trackIdOf(participant, source)) this.tell('consumerMoved', { consumerId })
    }
  }

  guestLeaves(participant: string): void {
    const guest = this.guests.get(participant)
    this.guests.delete(participant)
    if (guest) this.step({ type: 'left', participant, attachment: guest.attachment })
  }

  /** The session of a participant; throws where there is none or several. */
  sessionOf(participant: string): FakeSession {
    const [session, ...others] = [...this.sessions.values()].filter((candidate) => candidate.participant === participant)
    if (!session || others.length > 0) throw new Error(`${participant} has ${others.length + (session ? 1 : 0)} sessions`)
    return session
  }

  #track(participant: string, source: Source): Track {
    return { trackId: trackIdOf(participant, source), source, producerId: `guest-${this.#mint()}`, muted: false }
  }

  #guestEntry(participant: string, { attachment, tracks }: { attachment: string; tracks: Track[] }) {
    return { participant, attachment, name: participant, node: 'node-b', connected: true, joinedAtMs: 1, tracks: [...tracks] }
  }

  readonly #meeting: FakeMeeting = {
    node: 'node-a',
    track: (trackId) =>
      [...this.sessions.values()]
        .flatMap(({ entry }) => entry.tracks)
        .concat([...this.guests.values()].flatMap(({ tracks }) => tracks))
        .find((track) => track.trackId === trackId),
    changed: (session) => this.step({ type: 'joined', entry: session.entry }),
  }

  #gone(connection: Connection): void {
    this.#connections.delete(connection)
    const { session } = connection
    if (!session || !this.sessions.has(session.attachment)) return
    session.connected = false
    this.#meeting.changed(session)
  }

  async #answer(connection: Connection, { method, data }: Incoming): Promise<unknown> {
    this.asked.push({ method, data, atMs: this.#clock.monotonicMs() })
    if (!this.answering) return new Promise(() => undefined)
    const refusal = this.#refusals.get(method)?.shift()
    if (refusal) throw refusal
    const schema = Object.hasOwn(clientRequests, method) ? clientRequests[method as ClientMethod] : undefined
    if (!schema) throw signalingErrors.raise.unknown_method({})
    const checked: unknown = schema.parse(data)
    if (method === 'join') return this.#join(connection, checked as ClientRequest<'join'>)
    if (method === 'resume') return this.#resume(connection, checked as ClientRequest<'resume'>)
    if (!connection.session) throw signalingErrors.raise.not_joined({})
    return this.#answerJoined(connection.session, method as ClientMethod, checked)
  }

  #answerJoined(session: FakeSession, method: ClientMethod, data: unknown): unknown {
    if (method === 'leave') return this.#end(session)
    if (method === 'sendChat') return this.#sendChat(session, data as ClientRequest<'sendChat'>)
    if (method === 'react') {
      const { participant, name } = session
      this.tell('reaction', { participant, name, emoji: (data as ClientRequest<'react'>).emoji })
      return {}
    }
    const answer = session.media[method as MediaMethod] as (data: unknown) => unknown
    return answer(data)
  }

  #sendChat(session: FakeSession, { text }: ClientRequest<'sendChat'>): { id: string; atMs: number } {
    const message = { id: `${this.chat.length + 1}-0`, participant: session.participant, name: session.name, text, atMs: 0 }
    this.chat.push(message)
    this.tell('chat', message)
    return message
  }

  async #join(connection: Connection, { token, displayName, replaces }: ClientRequest<'join'>): Promise<Welcome> {
    await this.#line?.promise
    const before = [...this.sessions.values()].find(({ resumeToken }) => resumeToken === replaces)
    if (replaces !== undefined && !before) throw signalingErrors.raise.resume_invalid({})
    if (before) this.#end(before)
    const who = { participant: token, attachment: this.#mint(), name: displayName ?? token }
    const session = new FakeSession({ ...this.#meeting, node: this.node }, who)
    this.step({ type: 'joined', entry: session.entry })
    this.sessions.set(session.attachment, session)
    const joined = connection
    joined.session = session
    return this.#welcome(session)
  }

  #resume(connection: Connection, { resumeToken, sessionEpoch }: ClientRequest<'resume'>): Welcome {
    const session = [...this.sessions.values()].find((candidate) => candidate.resumeToken === resumeToken)
    if (!session || sessionEpoch <= session.epoch) throw signalingErrors.raise.resume_invalid({})
    session.epoch = sessionEpoch
    session.connected = true
    const resumed = connection
    resumed.session = session
    return this.#welcome(session)
  }

  #end(session: FakeSession): Record<string, never> {
    const { participant, attachment } = session
    if (this.sessions.delete(attachment)) this.step({ type: 'left', participant, attachment })
    return {}
  }

  #welcome(session: FakeSession): Welcome {
    const { participant, attachment, name, epoch, resumeToken } = session
    const guests = [...this.guests].map(([guest, state]) => this.#guestEntry(guest, state))
    return {
      meeting: { namespace: 'default', name: 'standup', incarnation: '01J00000000000000000000000', title: 'Standup' },
      self: {
        participant,
        attachment,
        name,
        rights: { publish: this.mayPublish, subscribe: true, hidden: false },
      },
      node: { name: this.node, region: 'eu', reason: 'the only one' },
      sessionEpoch: epoch,
      resumeToken,
      iceServers: [],
      routerRtpCapabilities: testFakeParameters.generateRouterRtpCapabilities() as Welcome['routerRtpCapabilities'],
      revision: this.revision,
      roster: [...[...this.sessions.values()].map(({ entry }) => entry), ...guests],
      speakers: { seq: 0, speakers: [] },
      chat: this.chat,
      transports: [...session.transports].map(([id, { direction }]) => ({ id, direction })),
      producerIds: [...session.producers.keys()],
      consumerIds: [...session.consumers.keys()],
    }
  }
}
