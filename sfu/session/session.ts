import type { MeetingRef } from '../api/identity.ts'
import type { Rights } from '../api/rights.ts'
import type { RosterEntry, Track } from '../api/roster.ts'
import type { SessionNotification } from '../api/sessionClient.ts'
import { SessionConsumers } from './consumers.ts'
import type { SessionHost } from './host.ts'
import { SessionProducers } from './producers.ts'
import type { SessionSink } from './sink.ts'
import { SessionTransports } from './transports.ts'

/** Who a session is for; from the grant. */
export interface SessionIdentity {
  /** As the grant calls it, whatever it is called since. */
  readonly meeting: MeetingRef
  readonly participant: string
  readonly attachment: string
  readonly name: string
  readonly rights: Rights
  readonly joinedAtMs: number
}

/** Options of {@link Session}. */
export interface SessionOptions {
  readonly host: SessionHost
  readonly identity: SessionIdentity
  /** The tracks of the attachment that this one takes the place of. */
  readonly replaced: readonly Track[]
}

/**
 * One participant on this node: their media, and the connection that speaks for them.
 *
 * | a session is | entered by                             | leaves by                                                          |
 * | live         | made, or owned by a higher epoch       | connection lost or `away`: away; detach, replaced, segment ends: gone |
 * | away         | disowned                               | owned by a higher epoch: live; too long: gone                      |
 * | moved away   | told to go to another node, disowned   | a while after a later attachment, or without one: gone; owned: live |
 * | gone         | closed                                 |                                                                    |
 */
export class Session {
  readonly identity: SessionIdentity
  readonly transports: SessionTransports
  readonly producers: SessionProducers
  readonly consumers: SessionConsumers
  #owner: SessionSink | undefined
  #epoch = 0
  #gone = false

  constructor({ host, identity, replaced }: SessionOptions) {
    const { participant, attachment, rights } = identity
    const tell = (told: SessionNotification): void => this.tell(told)
    this.identity = identity
    this.transports = new SessionTransports({
      host,
      onState: (transportId, state) => tell({ method: 'transportState', data: { transportId, ...state } }),
    })
    const shared = { host, transports: this.transports, attachment, rights }
    this.producers = new SessionProducers({ ...shared, participant, replaced })
    this.consumers = new SessionConsumers({ ...shared, tell })
  }

  /** The connection that commands it; undefined while it is away. */
  get owner(): SessionSink | undefined {
    return this.#owner
  }

  get epoch(): number {
    return this.#epoch
  }

  get gone(): boolean {
    return this.#gone
  }

  /** This participant's roster entry as it begins. */
  get entry(): Omit<RosterEntry, 'node'> {
    const { participant, attachment, name, joinedAtMs } = this.identity
    return { participant, attachment, name, connected: true, joinedAtMs, tracks: [] }
  }

  /** Gives the session to a connection; whoever had it before is told. */
  own(owner: SessionSink, epoch: number): void {
    const before = this.#owner
    this.#owner = owner
    this.#epoch = epoch
    if (before && before !== owner) before.tellSession(this.identity.attachment, { method: 'superseded', data: {} })
  }

  /** Takes the session from its connection; media stays. */
  disown(): void {
    this.#owner = undefined
  }

  /** Tells the session's client, where it has one now; a later one gets a snapshot anyway. */
  tell(told: SessionNotification): void {
    this.#owner?.tellSession(this.identity.attachment, told)
  }

  /** Ends all media. Consumers go before transports, so that nobody is told of each. */
  close(): void {
    if (this.#gone) return
    this.#gone = true
    this.consumers.close()
    this.producers.close()
    this.transports.close()
    this.#owner = undefined
  }
}
