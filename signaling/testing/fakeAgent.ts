import type { Clock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import { createPeer, type Incoming, type Peer } from '../../kit/peer.ts'
import { sfuErrors } from '../../sfu/api/errors.ts'
import { meetingKey, type MeetingRef } from '../../sfu/api/identity.ts'
import type { Rights } from '../../sfu/api/rights.ts'
import { applyChange, rosterOf, trackIdOf, type Roster, type RosterChange, type RosterEntry } from '../../sfu/api/roster.ts'
import type { CloseReason, SessionRequest, SessionSnapshot } from '../../sfu/api/session.ts'
import { sessionConnectionOver, type SessionConnection } from '../../sfu/api/sessionClient.ts'
import { socketPair } from './socketPair.ts'

/** What the fake placement writes into a grant, and the fake agent reads from it. */
export interface FakeGrant {
  readonly meeting: MeetingRef
  readonly participant: string
  readonly name: string
  readonly attachment: string
  readonly rights: Rights
  readonly replaces?: string | undefined
}

/** A session as the fake agent has it. */
export interface FakeSession extends FakeGrant {
  epoch: number
  /** Undefined while it is away. */
  peer: Peer | undefined
  readonly consumers: Set<string>
  readonly requests: string[]
}

interface FakeMeeting {
  roster: Roster
  revision: number
}

/** A media node's agent that speaks the session protocol in memory, with as much of a roster as signaling can see. */
export interface FakeAgent {
  readonly node: string
  readonly url: string
  readonly sessions: Map<string, FakeSession>
  /** How many connections stand. */
  readonly connections: number
  /** What keeps it from working as it should. */
  trouble: 'none' | 'down' | 'full' | 'hangs' | 'loses answers' | 'distrusts' | 'counts anew'
  dial(onClose: () => void): Promise<SessionConnection>
  /** Loses all connections; sessions go away. */
  loseConnections(): void
  /** Forgets everything, as a process that was started again. */
  restart(): void
  /** Ends a session. */
  end(attachment: string, reason: CloseReason): void
  /** Changes a meeting's roster and tells everybody. */
  change(meeting: MeetingRef, ...changes: RosterChange[]): void
  tell(attachment: string, method: string, data: unknown): void
}

/** Makes a fake agent. */
export function createFakeAgent(node: string, clock: Clock): FakeAgent {
  const sessions = new Map<string, FakeSession>()
  const meetings = new Map<string, FakeMeeting>()
  const peers = new Set<Peer>()
  let consumers = 0

  function meetingOf(meeting: MeetingRef): FakeMeeting {
    const key = meetingKey(meeting)
    const found = meetings.get(key) ?? { roster: new Map(), revision: 0 }
    meetings.set(key, found)
    return found
  }

  function change(meeting: MeetingRef, ...changes: RosterChange[]): void {
    const found = meetingOf(meeting)
    found.roster = changes.reduce(applyChange, found.roster)
    found.revision++
    const there = [...sessions.values()].filter((each) => meetingKey(each.meeting) === meetingKey(meeting))
    for (const peer of new Set(there.map((each) => each.peer)))
      peer?.notify('roster', { revision: found.revision, changes }, meetingKey(meeting))
  }

  function snapshotOf(session: FakeSession): SessionSnapshot {
    const { meeting, participant, attachment, epoch, rights } = session
    const { revision, roster } = meetingOf(meeting)
    return {
      ...{ meeting, participant, attachment, rights, revision },
      sessionEpoch: epoch,
      routerRtpCapabilities: { codecs: [] },
      roster: [...roster.values()],
      speakers: { seq: 0, speakers: [] },
      transports: [],
      producers: [],
      consumers: [...session.consumers].map((consumerId) => consumerOf(consumerId)),
    }
  }

  const consumerOf = (consumerId: string): SessionSnapshot['consumers'][number] => ({
    ...{ consumerId, producerId: 'p', trackId: 't', kind: 'audio', type: 'simple', paused: true, producerPaused: false },
    rtpParameters: { codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 }] },
  })

  function end(session: FakeSession, reason: CloseReason | undefined): void {
    sessions.delete(session.attachment)
    if (reason) session.peer?.notify('closed', { reason }, session.attachment)
    change(session.meeting, { type: 'left', participant: session.participant, attachment: session.attachment })
  }

  function attach(peer: Peer, { grant, sessionEpoch }: SessionRequest<'attach'>): SessionSnapshot {
    const granted = JSON.parse(grant) as FakeGrant
    const { meeting, participant, attachment, name } = granted
    if (agent.trouble === 'full') throw sfuErrors.raise.node_full({ limit: 'consumers' })
    if (agent.trouble === 'counts anew') {
      agent.trouble = 'none'
      throw sfuErrors.raise.grant_superseded({})
    }
    if (agent.trouble === 'distrusts') throw commonErrors.raise.unauthorized({ why: 'the token is not trusted' })
    const present = [...sessions.values()].find(
      (each) => each.participant === participant && meetingKey(each.meeting) === meetingKey(meeting),
    )
    if (present?.peer && present.attachment !== granted.replaces) throw sfuErrors.raise.identity_in_use({})
    if (present) end(present, 'replaced')
    const session: FakeSession = { ...granted, epoch: sessionEpoch, peer, consumers: new Set(), requests: [] }
    sessions.set(attachment, session)
    const entry: RosterEntry = { ...{ participant, attachment, name, node }, connected: true, joinedAtMs: 0, tracks: [] }
    change(meeting, { type: 'joined', entry })
    return snapshotOf(session)
  }

  function resume(peer: Peer, { attachment, sessionEpoch }: SessionRequest<'resume'>): SessionSnapshot {
    const session = sessions.get(attachment)
    if (!session) throw sfuErrors.raise.attachment_gone({})
    if (sessionEpoch <= session.epoch) throw sfuErrors.raise.session_superseded({})
    if (session.peer !== peer) session.peer?.notify('superseded', {}, attachment)
    Object.assign(session, { epoch: sessionEpoch, peer })
    setConnected(session, true)
    return snapshotOf(session)
  }

  function setConnected({ meeting, participant, attachment }: FakeSession, connected: boolean): void {
    change(meeting, { type: 'connection', participant, attachment, connected })
  }

  function goAway(session: FakeSession): void {
    session.peer = undefined
    setConnected(session, false)
  }

  function produce(session: FakeSession, { source, paused }: SessionRequest<'produce'>): unknown {
    const { meeting, participant, attachment } = session
    const trackId = trackIdOf(participant, source)
    const track = { trackId, source, producerId: `${attachment}-${source}`, muted: paused }
    change(meeting, { type: 'track', participant, attachment, track })
    return { producerId: track.producerId, trackId }
  }

  const commands: Record<string, (session: FakeSession, data: never) => unknown> = {
    detach: (session) => end(session, undefined),
    away: (session) => goAway(session),
    produce,
    consume: (session) => {
      const consumerId = `c${++consumers}`
      session.consumers.add(consumerId)
      return consumerOf(consumerId)
    },
    closeConsumer: (session, { consumerId }: SessionRequest<'closeConsumer'>) => void session.consumers.delete(consumerId),
    createTransport: () => ({ id: 't1', iceParameters: {}, iceCandidates: [], dtlsParameters: {} }),
    restartIce: () => ({ iceParameters: {} }),
  }

  function onRequest(peer: Peer, { method, data, channel = '' }: Incoming): unknown {
    if (agent.trouble === 'hangs') return new Promise(() => undefined)
    if (method === 'attach') {
      const snapshot = attach(peer, data as SessionRequest<'attach'>)
      return agent.trouble === 'loses answers' ? new Promise(() => undefined) : snapshot
    }
    if (method === 'resume') return resume(peer, data as SessionRequest<'resume'>)
    const session = sessions.get(channel)
    if (session?.peer !== peer) throw sfuErrors.raise.unknown_session({})
    session.requests.push(method)
    return commands[method]?.(session, data as never) ?? {}
  }

  function accept(onClose: () => void): SessionConnection {
    const [near, far] = socketPair()
    const peer: Peer = createPeer({
      ...{ socket: far, clock, requestTimeoutMs: 10_000, maxConcurrentRequests: 1_000 },
      onRequest: async (incoming) => onRequest(peer, incoming),
      onNotification: () => undefined,
      onClose() {
        peers.delete(peer)
        for (const session of sessions.values()) if (session.peer === peer) goAway(session)
      },
    })
    peers.add(peer)
    return sessionConnectionOver(near, { clock, onClose })
  }

  const agent: FakeAgent = {
    node,
    url: `http://${node}.test`,
    sessions,
    get connections() {
      return peers.size
    },
    trouble: 'none',
    dial: (onClose) =>
      agent.trouble === 'down'
        ? Promise.reject(commonErrors.raise.unavailable({ what: node }))
        : Promise.resolve(accept(onClose)),
    loseConnections() {
      for (const peer of [...peers]) peer.close(1006, 'lost')
    },
    restart() {
      sessions.clear()
      meetings.clear()
      agent.loseConnections()
    },
    end(attachment, reason) {
      const session = sessions.get(attachment)
      if (session) end(session, reason)
    },
    change,
    tell(attachment, method, data) {
      sessions.get(attachment)?.peer?.notify(method, data, attachment)
    },
  }
  return agent
}

/** The participants of a roster by name, with whether they are connected. */
export function namesOf(entries: Iterable<RosterEntry>): readonly string[] {
  return [...rosterOf([...entries]).values()].map(({ name, connected }) => (connected ? name : `${name} (away)`)).toSorted()
}
