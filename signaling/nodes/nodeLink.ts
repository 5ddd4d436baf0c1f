import { backoffMs, type Backoff } from '../../kit/backoff.ts'
import type { Clock, Timer } from '../../kit/clock.ts'
import { asCodedError } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import { meetingKey, type MeetingRef } from '../../sfu/api/identity.ts'
import { sessionAwayMs } from '../../sfu/api/session.ts'
import type { SessionConnection } from '../../sfu/api/sessionClient.ts'
import { signalingErrors } from '../api/errors.ts'
import { createMeetingFeed, type MeetingFeed } from './meetingFeed.ts'

/** Opens a connection to a media node's agent; `onClose` is called once when it is lost or closed. */
export type DialNode = (node: NodeAddress, onClose: () => void) => Promise<SessionConnection>

/** Where a media node's agent is. */
export interface NodeAddress {
  readonly node: string
  /** Base URL of the agent. */
  readonly url: string
}

/** Who has a session on a media node hears what becomes of the connection. */
export interface NodeHolder {
  /** The connection is lost; the node may well be alive, and media goes on. */
  onLost(): void
  /** It stands again: the session must be resumed on it. */
  onBack(connection: SessionConnection): void
  /** The node is given up. */
  onGone(): void
}

/** One media node, as this replica reaches it: one connection, however many sessions it carries. */
export interface NodeLink extends NodeAddress {
  /** The open connection, dialled where there is none. Raises `media_node_unreachable`. */
  connect(): Promise<SessionConnection>
  /** Keeps the connection, and dials again when it is lost. Returns what lets go. */
  hold(holder: NodeHolder): () => void
  /** The feed of a meeting on this node; whoever takes it lets it go by its `release`. */
  feed(meeting: MeetingRef): MeetingFeed
  /** Closes the connection for good: the agent keeps the media for a minute. */
  close(): void
}

/** Options of {@link createNodeLink}. */
export interface NodeLinkOptions extends NodeAddress {
  readonly dial: DialNode
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  /** Whether the operator still knows the node; undefined when nothing is known. */
  readonly isListed: () => boolean | undefined
  /** Nobody holds the link any more and its connection is closed. */
  readonly onIdle: () => void
}

/** How a lost connection is dialled again. Agents restart within seconds and people wait, so it begins fast and stays below 5 s. */
const redial: Backoff = { firstMs: 250, maxMs: 5_000 }
/** How long a connection that nobody uses stays open: a reload of a page finds it. */
export const idleMs = 30_000

/**
 * Makes the link of one node.
 *
 * | it is   | entered by                           | leaves by                                                        |
 * | closed  | made; not used for 30 s; given up    | connect: open                                                    |
 * | open    | dialled                              | lost, held: lost; lost, not held: closed; not used for 30 s: closed |
 * | lost    | connection lost while held           | dialled again: open; 60 s, or refused and not listed: closed     |
 *
 * Given up is a node after {@link sessionAwayMs}, when its agent has dropped everything anyway, or by two signs: it cannot be dialled and
 * the operator does not list it any more.
 */
export function createNodeLink(options: NodeLinkOptions): NodeLink {
  const { node, url, clock, log } = options
  const holders = new Set<NodeHolder>()
  const feeds = new Map<string, MeetingFeed>()
  let connection: SessionConnection | undefined
  let dialling: Promise<SessionConnection> | undefined
  let timer: Timer | undefined
  let lostAtMs: number | undefined

  /** Some connection closed; it is this one's if that one is closed now. */
  function onClosed(): void {
    if (!connection?.closed) return
    connection = undefined
    for (const feed of feeds.values()) feed.unplug()
    if (holders.size === 0) {
      timer?.cancel() // Its time would end the link that somebody makes to the node meanwhile.
      return options.onIdle()
    }
    lostAtMs = clock.monotonicMs()
    log.warn({ node, count: holders.size }, 'connection to the media node is lost; media goes on')
    for (const holder of [...holders]) holder.onLost()
    retry(1)
  }

  async function dial(): Promise<SessionConnection> {
    const opened = await options.dial({ node, url }, onClosed)
    if (opened.closed) throw signalingErrors.raise.media_node_unreachable({})
    connection = opened
    for (const feed of feeds.values()) feed.plug(opened)
    if (lostAtMs !== undefined) backTo(opened)
    return opened
  }

  function backTo(opened: SessionConnection): void {
    log.info({ node, count: holders.size }, 'connection to the media node is back')
    timer?.cancel()
    lostAtMs = undefined
    for (const holder of [...holders]) holder.onBack(opened)
  }

  async function connect(): Promise<SessionConnection> {
    if (connection) return connection
    dialling ??= dial().finally(() => (dialling = undefined))
    try {
      return await dialling
    } catch (cause) {
      throw signalingErrors.raise.media_node_unreachable({}, { cause })
    }
  }

  function retry(attempt: number): void {
    timer?.cancel()
    timer = clock.after(backoffMs(redial, attempt, options.random), () => void redialled(attempt))
  }

  async function redialled(attempt: number): Promise<void> {
    try {
      await connect()
    } catch (thrown) {
      log.debug({ node, attempt, code: asCodedError(thrown).code }, 'media node cannot be dialled')
      if (lostAtMs === undefined) return
      if (clock.monotonicMs() - lostAtMs < sessionAwayMs && options.isListed() !== false) retry(attempt + 1)
      else giveUp()
    }
  }

  function giveUp(): void {
    log.warn({ node, count: holders.size }, 'media node is given up; its participants join again elsewhere')
    lostAtMs = undefined
    for (const holder of [...holders]) holder.onGone()
  }

  function armIdle(): void {
    timer?.cancel()
    lostAtMs = undefined
    timer = clock.after(idleMs, () => {
      shut()
      options.onIdle()
    })
  }

  function shut(): void {
    const open = connection
    connection = undefined
    open?.close()
  }

  return {
    node,
    url,
    connect,
    hold(holder) {
      if (holders.size === 0) timer?.cancel()
      holders.add(holder)
      return () => {
        if (holders.delete(holder) && holders.size === 0) armIdle()
      }
    },
    feed(meeting) {
      const key = meetingKey(meeting)
      let feed = feeds.get(key)
      if (!feed) {
        feed = createMeetingFeed(meeting, () => feeds.delete(key))
        feeds.set(key, feed)
        if (connection) feed.plug(connection)
      }
      feed.retain()
      return feed
    },
    close() {
      timer?.cancel()
      holders.clear()
      shut()
    },
  }
}
