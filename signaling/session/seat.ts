import type { Clock } from '../../kit/clock.ts'
import { asCodedError } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import type { MeetingRef } from '../../sfu/api/identity.ts'
import type { Rights } from '../../sfu/api/rights.ts'
import { sessionAwayMs, type SessionResponses, type SessionSnapshot } from '../../sfu/api/session.ts'
import type { OpenSession, SessionConnection, SessionInput, SessionNotification } from '../../sfu/api/sessionClient.ts'
import type { ChatMessage, ClientNotifications, MediaMethod } from '../api/protocol.ts'
import type { FeedState } from '../nodes/meetingFeed.ts'
import type { NodeAddress } from '../nodes/nodeLink.ts'
import type { NodeLinks } from '../nodes/nodeLinks.ts'
import type { Room } from '../rooms/room.ts'
import type { Rooms } from '../rooms/rooms.ts'
import { ownEpoch } from './epochs.ts'
import type { SessionEvent, Unseating } from './session.ts'

/** The client's connection, as its seat sees it. */
export interface SeatHost {
  tell<Method extends keyof ClientNotifications>(method: Method, data: ClientNotifications[Method]): void
  dispatch(event: SessionEvent): void
}

/** Where a seat is to be taken. */
export interface SeatWish extends NodeAddress {
  readonly meeting: MeetingRef
  readonly participant: string
  readonly attachment: string
  readonly host: SeatHost
  /** Attaches, or resumes. */
  readonly open: (connection: SessionConnection, onNotification: (told: SessionNotification) => void) => Promise<OpenSession>
}

export interface SeatDeps {
  readonly links: NodeLinks
  readonly rooms: Rooms
  readonly clock: Clock
  readonly log: Log
}

/** What is true as the client sits down; everything later is told. */
export interface Sitting {
  readonly feed: FeedState
  readonly chat: readonly ChatMessage[]
}

/** One attachment of a client on a media node: its session there, and what it hears of the meeting. */
export interface Seat {
  readonly node: string
  readonly meeting: MeetingRef
  readonly participant: string
  readonly attachment: string
  readonly rights: Rights
  /** As it was opened. */
  readonly snapshot: SessionSnapshot
  readonly room: Room
  /** Begins to tell the client what changes. */
  sit(): Sitting
  /** Passes a checked request on to the media node; rejects with its coded error. */
  request<Method extends MediaMethod>(method: Method, data: SessionInput<Method>): Promise<SessionResponses[Method]>
  /** Resumes it on the connection that is back, and tells the client what it missed. */
  reseat(): Promise<void>
  /** Gives it up. Idempotent. */
  unseat(how: Unseating): Promise<void>
}

/** Takes a seat; raises what the media node answers, or `media_node_unreachable`. Nothing is left of one that was not had. */
export async function takeSeat(deps: SeatDeps, wish: SeatWish): Promise<Seat> {
  const { meeting, participant, attachment, node, host } = wish
  const link = deps.links.of(wish)
  const feed = link.feed(meeting)
  const { room, release } = deps.rooms.open(meeting)
  const consumers = new Set<string>()
  /** A connection on which the session is still to be resumed. */
  let back: SessionConnection | undefined

  const letGo = link.hold({
    onLost: () => host.dispatch({ is: 'nodeLost' }),
    onBack(connection) {
      back = connection
      host.dispatch({ is: 'nodeBack' })
    },
    onGone: () => host.dispatch({ is: 'nodeGone' }),
  })
  const leaves = [letGo, () => feed.release()]
  let left = false
  function leaveAll(how: Unseating): void {
    left = true
    for (const leave of leaves.splice(0).toReversed()) leave()
    // Whoever comes back finds the chat, also when everybody was away for a while.
    if (how === 'away') deps.clock.after(sessionAwayMs, release)
    else release()
  }

  function onNotification(told: SessionNotification): void {
    if (told.method === 'closed') host.dispatch({ is: 'ended', reason: told.data.reason })
    else if (told.method === 'superseded') host.dispatch({ is: 'superseded' })
    else forward(told)
  }
  function forward(told: Exclude<SessionNotification, { method: 'closed' | 'superseded' }>): void {
    if (told.method === 'consumerClosed') consumers.delete(told.data.consumerId)
    host.tell(told.method, told.data)
  }

  let session: OpenSession
  try {
    session = await wish.open(await link.connect(), onNotification)
  } catch (thrown) {
    leaveAll('forget')
    throw thrown
  }
  feed.take(session.snapshot)
  for (const { consumerId } of session.snapshot.consumers) consumers.add(consumerId)
  await room.ready

  function note(method: MediaMethod, data: object, answer: object): void {
    if (method === 'consume' && 'consumerId' in answer) consumers.add(String(answer.consumerId))
    if (method === 'closeConsumer' && 'consumerId' in data) consumers.delete(String(data.consumerId))
  }

  return {
    node,
    meeting,
    participant,
    attachment,
    rights: session.snapshot.rights,
    snapshot: session.snapshot,
    room,
    sit() {
      const inRoom = room.join({ tell: (method, data) => host.tell(method, data) })
      const inFeed = feed.join({ tell: ({ method, data }) => host.tell(method, data) })
      leaves.push(inRoom.leave, inFeed.leave)
      return { feed: inFeed.state, chat: inRoom.chat }
    },
    async request(method, data) {
      const answer = await session.request(method, data)
      note(method, data, answer)
      return answer
    },
    async reseat() {
      const connection = back
      if (connection === undefined) return
      const { sessionEpoch } = session.snapshot
      session = await connection.resume({
        ...{ meeting, participant, attachment, onNotification },
        sessionEpoch: ownEpoch(sessionEpoch),
      })
      feed.take(session.snapshot)
      const there = new Set(session.snapshot.consumers.map(({ consumerId }) => consumerId))
      for (const consumerId of consumers) if (!there.has(consumerId)) forward({ method: 'consumerClosed', data: { consumerId } })
    },
    async unseat(how) {
      if (left) return
      leaveAll(how)
      if (how === 'forget') return
      try {
        await (how === 'detach' ? session.detach() : session.away())
      } catch (thrown) {
        // The node drops the media by itself a minute after the connection is lost.
        deps.log.debug({ attachment, node, reason: how, code: asCodedError(thrown).code }, 'media node did not hear of the leave')
      }
    },
  }
}
