import type { Clock } from '../../kit/clock.ts'
import { commonErrors, type CodedError } from '../../kit/errors.ts'
import { checked } from '../../kit/http.ts'
import { createPeer, type FrameSocket, type Incoming, type Peer } from '../../kit/peer.ts'
import { sfuErrors } from '../api/errors.ts'
import type { GrantClaims, PeerAddress } from '../api/grant.ts'
import { sessionRequests, type SessionSnapshot } from '../api/session.ts'
import type { MeetingNotification, SessionNotification } from '../api/sessionClient.ts'
import type { Segment } from '../segment/segment.ts'
import type { Segments } from '../segment/segments.ts'
import { runCommand } from './commands.ts'
import type { Session } from './session.ts'
import type { SessionSink } from './sink.ts'

/** Options of {@link SessionConnection}. */
export interface SessionConnectionOptions {
  readonly socket: FrameSocket
  readonly clock: Clock
  readonly segments: Pick<Segments, 'forGrant' | 'get' | 'all' | 'highestEpoch'>
  /** Verifies a grant that was shown to this node. */
  readonly verifyGrant: (grant: string) => Promise<GrantClaims>
  /** A fallback grant led to a segment: the other nodes of its ranking may host the meeting too. */
  readonly onFallback: (segment: Segment, peers: readonly PeerAddress[]) => void
  readonly onRequestError: (incoming: Incoming, error: CodedError) => void
}

interface Open {
  readonly session: Session
  readonly segment: Segment
}

/** The agent asks nothing of signaling, so nothing waits for this. */
const requestTimeoutMs = 10_000
/** One connection carries all sessions of a replica. */
const maxConcurrentRequests = 2_000
const done = {} as const
/**
 * Whom an operator grants a place of a meeting with a capacity waits so long for the order that gives it to this node: the first one, or one that
 * takes it from another node, which comes within milliseconds of the grant. By it the node learns besides whether another operator counts now.
 */
const placeWithinMs = 1_000

/** One WebSocket of one signaling replica: attaches, resumes and commands the sessions of many participants. */
export class SessionConnection implements SessionSink {
  readonly #options: SessionConnectionOptions
  readonly #peer: Peer
  readonly #open = new Map<string, Open>()
  /** Attachments whose grant is being looked at, and whether signaling has given up waiting for that. */
  readonly #opening = new Map<string, { givenUp: boolean }>()

  constructor(options: SessionConnectionOptions) {
    this.#options = options
    this.#peer = createPeer({
      socket: options.socket,
      clock: options.clock,
      requestTimeoutMs,
      maxConcurrentRequests,
      onRequest: (incoming) => this.#serve(incoming),
      onNotification: () => undefined,
      onClose: () => this.#lost(),
      onRequestError: options.onRequestError,
    })
  }

  tellSession(attachment: string, told: SessionNotification): void {
    if (told.method === 'closed' || told.method === 'superseded') this.#open.delete(attachment)
    this.#peer.notify(told.method, told.data, attachment)
  }

  tellMeeting(meetingKey: string, told: MeetingNotification): void {
    this.#peer.notify(told.method, told.data, meetingKey)
  }

  #serve({ method, data, channel }: Incoming): Promise<unknown> {
    if (channel === undefined) {
      throw commonErrors.raise.invalid({ what: 'channel: must be the attachment of a session' }, { field: 'channel' })
    }
    switch (method) {
      case 'attach':
        return this.#attach(channel, data)
      case 'resume':
        return this.#resume(channel, data)
      case 'away':
        return this.#away(channel, data)
      case 'detach':
        return this.#detach(channel, data)
      default:
        return runCommand(this.#find(channel).session, method, data)
    }
  }

  async #attach(channel: string, data: unknown): Promise<SessionSnapshot> {
    const opening = { givenUp: false }
    this.#opening.set(channel, opening)
    try {
      return await this.#attachUnless(opening, channel, data)
    } finally {
      if (this.#opening.get(channel) === opening) this.#opening.delete(channel)
    }
  }

  async #attachUnless(opening: { readonly givenUp: boolean }, channel: string, data: unknown): Promise<SessionSnapshot> {
    const { grant, sessionEpoch } = checked(sessionRequests.attach, data, 'data')
    const claims = await this.#options.verifyGrant(grant)
    if (claims.attachment !== channel) throw channelFault()
    const segment = await this.#options.segments.forGrant(claims.meeting)
    await this.#mustCount(segment, claims)
    this.#checkOpen()
    if (opening.givenUp) throw sfuErrors.raise.attachment_gone({})
    const session = segment.attachments.attach(claims, this, sessionEpoch)
    this.#open.set(channel, { session, segment })
    if (claims.fallback) this.#options.onFallback(segment, claims.fallback.peers)
    return segment.snapshot(session)
  }

  async #resume(channel: string, data: unknown): Promise<SessionSnapshot> {
    const { meeting, participant, attachment, sessionEpoch } = checked(sessionRequests.resume, data, 'data')
    if (attachment !== channel) throw channelFault()
    const segment = this.#options.segments.get(meeting)
    const session = segment?.attachments.find(attachment)
    if (!segment || session?.identity.participant !== participant) throw sfuErrors.raise.attachment_gone({})
    segment.attachments.resume(session, this, sessionEpoch)
    this.#open.set(channel, { session, segment })
    return segment.snapshot(session)
  }

  async #away(channel: string, data: unknown): Promise<typeof done> {
    checked(sessionRequests.away, data, 'data')
    const { session, segment } = this.#find(channel)
    this.#open.delete(channel)
    segment.attachments.leave(session)
    return done
  }

  async #detach(channel: string, data: unknown): Promise<typeof done> {
    checked(sessionRequests.detach, data, 'data')
    const opening = this.#opening.get(channel)
    if (opening !== undefined) {
      opening.givenUp = true
      return done
    }
    const { session, segment } = this.#find(channel)
    this.#open.delete(channel)
    segment.attachments.close(session)
    return done
  }

  #find(attachment: string): Open {
    const open = this.#open.get(attachment)
    if (open) return open
    const elsewhere = this.#options.segments.all.find(({ attachments }) => attachments.find(attachment)?.owner !== undefined)
    throw elsewhere ? sfuErrors.raise.session_superseded({}) : sfuErrors.raise.unknown_session({})
  }

  /** Whether the operator who counted this participant is still the one who counts. */
  async #mustCount(segment: Segment, claims: GrantClaims): Promise<void> {
    const { limit } = claims
    if (limit?.epoch === undefined) return
    await segment.placeWithin(claims, placeWithinMs)
    if (limit.epoch < this.#options.segments.highestEpoch) throw sfuErrors.raise.grant_superseded({}, { field: 'data.grant' })
  }

  /** While a grant was verified the connection may have been lost; a session must not begin without an owner. */
  #checkOpen(): void {
    if (this.#peer.closed) throw commonErrors.raise.unavailable({ what: 'The connection' })
  }

  #lost(): void {
    for (const { session, segment } of this.#open.values()) segment.attachments.leave(session)
    this.#open.clear()
  }
}

function channelFault(): CodedError {
  return commonErrors.raise.invalid({ what: 'channel: must be the attachment that the data names' }, { field: 'channel' })
}
