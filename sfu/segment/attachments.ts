import type { Timer } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { sfuErrors } from '../api/errors.ts'
import type { GrantClaims } from '../api/grant.ts'
import { meetingKey } from '../api/identity.ts'
import { movedAwayMs } from '../api/move.ts'
import type { SegmentOrder, SegmentReport } from '../api/order.ts'
import type { RosterChange, RosterEntry, Track } from '../api/roster.ts'
import { sessionAwayMs, type CloseReason, type Speakers } from '../api/session.ts'
import type { MeetingNotification } from '../api/sessionClient.ts'
import type { SessionHost } from '../session/host.ts'
import { Session } from '../session/session.ts'
import type { SessionSink } from '../session/sink.ts'
import { Ended } from './ended.ts'

/** Options of {@link Attachments}. */
export interface AttachmentsOptions {
  readonly host: SessionHost
  readonly log: Log
  /** How many people the whole meeting may have, and how many this segment may let in; undefined while no order says so. */
  readonly limits: () => SegmentOrder['limits'] | undefined
  /** Why this node takes nobody more, in words; undefined while it does. */
  readonly full: () => string | undefined
  /** Somebody came or went, or began or ceased to publish. */
  readonly onChange: () => void
}

/**
 * When a later attachment of the same person appears on another node, this one is closed after this: a move has its new path first and
 * ends the old one itself (its video takes up to 4 s to get all layers). One whose connection is lost is closed at once.
 */
export const replacedElsewhereAfterMs = 10_000

/** Who is attached to this segment: lets people in, follows whose connection speaks for them, lets them go. */
export class Attachments {
  readonly #options: AttachmentsOptions
  readonly #sessions = new Map<string, Session>()
  readonly #away = new Map<string, Timer>()
  readonly #moved = new Set<string>()
  readonly #ended = new Ended()
  /** Who hears of the meeting, under each name by which their sessions know it; with how many sessions. */
  readonly #sinks = new Map<SessionSink, Map<string, number>>()

  constructor(options: AttachmentsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#sessions.size
  }

  /** Everybody who is attached, whether their connection stands or not. */
  get all(): readonly Session[] {
    return [...this.#sessions.values()]
  }

  get reports(): SegmentReport['participants'] {
    return [...this.#sessions.values()].map(({ identity: { participant, attachment, rights }, producers }) => ({
      participant,
      attachment,
      publishing: producers.infos.length > 0,
      ...(producers.infos.some(({ source }) => source === 'screen') ? { screen: true } : {}),
      hidden: rights.hidden,
    }))
  }

  find(attachment: string): Session | undefined {
    return this.#sessions.get(attachment)
  }

  /** Whether the attachment was here and has ended. */
  hasEnded(attachment: string): boolean {
    return this.#ended.has(attachment)
  }

  /** Whether the attachment's client was told to go to another node, and is not back yet. */
  isMoving(attachment: string): boolean {
    return this.#moved.has(attachment)
  }

  /** Whether somebody may come as far as this segment's part of the places goes. Who is in the meeting already has one, wherever they are. */
  hasPlaceFor({ sub: participant, rights, limit }: GrantClaims): boolean {
    const places = this.#places(limit)
    if (limit?.seated === true && this.#options.limits() !== undefined) return true
    if (places === undefined || rights.hidden || this.#options.host.roster.of(participant).length > 0) return true
    const here = new Set<string>()
    for (const { identity } of this.#sessions.values()) if (!identity.rights.hidden) here.add(identity.participant)
    return here.size < places
  }

  /** Lets a participant in by a verified grant. Raises what keeps them out; nothing is changed then. */
  attach(claims: GrantClaims, owner: SessionSink, epoch: number): Session {
    const { clock } = this.#options.host
    this.#ended.forget(clock.monotonicMs())
    const present = this.#admit(claims)
    const { sub: participant, attachment, name, rights } = claims
    const session = new Session({
      host: this.#options.host,
      identity: { meeting: claims.meeting, participant, attachment, name, rights, joinedAtMs: clock.nowMs() },
      replaced: this.#tracksOf(claims.replaces, present),
    })
    this.#sessions.set(attachment, session)
    this.#own(session, owner, epoch)
    if (!rights.hidden) this.#tell({ type: 'joined', entry: { ...session.entry, node: this.#options.host.node } })
    for (const other of this.#sessions.values()) {
      if (other !== session && other.identity.participant === participant) this.close(other, 'replaced')
    }
    this.#options.log.info({ participant, attachment }, 'session attached')
    this.#options.onChange()
    return session
  }

  /** Gives a session to another connection, or back after it was away. */
  resume(session: Session, owner: SessionSink, epoch: number): void {
    if (epoch <= session.epoch) throw sfuErrors.raise.session_superseded({}, { field: 'data.sessionEpoch' })
    const { attachment } = session.identity
    this.#away.get(attachment)?.cancel()
    const wasAway = this.#away.delete(attachment)
    this.#moved.delete(attachment)
    this.#own(session, owner, epoch)
    if (wasAway) this.#tellConnected(session, true)
  }

  /** The session's connection is lost, or its client's: media stays for a while. */
  leave(session: Session): void {
    const { attachment, participant } = session.identity
    if (session.owner === undefined) return
    this.#drop(session, session.owner)
    session.disown()
    this.#closeAfter(session, sessionAwayMs)
    this.#options.log.info({ participant, attachment }, 'session is away')
    this.#tellConnected(session, false)
  }

  /**
   * The client is to go to another node: it is told why, and nobody speaks for the session any more. Its media stays for a while, so that
   * others do not miss it before it comes by the new path. One whose connection is lost is left alone: nobody would hear.
   */
  moveAway(session: Session, reason: CloseReason): void {
    const { owner } = session
    const { attachment, participant } = session.identity
    if (owner === undefined) return
    session.tell({ method: 'closed', data: { reason } })
    this.#drop(session, owner)
    session.disown()
    this.#moved.add(attachment)
    this.#closeAfter(session, movedAwayMs.withoutPlace)
    this.#options.log.info({ participant, attachment, reason }, 'session is moved away')
    this.#tellConnected(session, false)
  }

  /** Ends a session. Its client is told why, unless it asked for it. */
  close(session: Session, reason?: CloseReason): void {
    const { attachment, participant, rights } = session.identity
    if (!this.#sessions.delete(attachment)) return
    this.#away.get(attachment)?.cancel()
    this.#away.delete(attachment)
    this.#moved.delete(attachment)
    this.#ended.note(attachment, this.#options.host.clock.monotonicMs())
    const { owner } = session
    if (reason) session.tell({ method: 'closed', data: { reason } })
    session.close()
    if (!rights.hidden) this.#tell({ type: 'left', participant, attachment })
    if (owner) this.#drop(session, owner)
    this.#options.log.info({ participant, attachment, reason: reason ?? 'detached' }, 'session left')
    this.#options.onChange()
  }

  closeAll(reason: CloseReason): void {
    for (const session of this.#sessions.values()) this.close(session, reason)
  }

  /** Passes a step of the roster to everybody, and heeds who appeared elsewhere. */
  rosterChanged(revision: number, changes: readonly RosterChange[]): void {
    this.#tellMeeting({ method: 'roster', data: { revision, changes } })
    for (const change of changes) {
      if (change.type === 'joined') this.#appeared(change.entry)
      else if (change.type === 'left') this.#ended.left(change, this.#options.host.clock.monotonicMs())
    }
  }

  speakersChanged(list: Speakers): void {
    this.#tellMeeting({ method: 'speakers', data: list })
  }

  /** How many people this segment may let in; undefined where that is not shared out. A grant of an operator waits for its order. */
  #places(granted: GrantClaims['limit']): number | undefined {
    const limits = this.#options.limits()
    if (limits !== undefined) return limits.places
    return granted?.epoch !== undefined || granted?.standing === true ? 0 : undefined
  }

  /** What keeps a participant out; else the entries that are theirs already. */
  #admit(claims: GrantClaims): readonly RosterEntry[] {
    const { sub: participant, attachment, replaces } = claims
    const { host, full } = this.#options
    if (this.#sessions.has(attachment)) throw sfuErrors.raise.attachment_used({})
    if (this.#ended.has(attachment)) throw sfuErrors.raise.attachment_gone({})
    const present = host.roster.of(participant)
    this.#admitIdentity({ participant, attachment, replaces }, present)
    this.#admitToMeeting(claims, present)
    const limit = full()
    if (limit !== undefined) throw sfuErrors.raise.node_full({ limit })
    return present
  }

  /** The meeting has a place, as far as its roster says, and so has this segment. Who is in it needs none, though too many are. */
  #admitToMeeting(claims: GrantClaims, present: readonly RosterEntry[]): void {
    const { rights, limit } = claims
    if (rights.hidden || present.length > 0) return
    const capacity = this.#options.limits()?.maxParticipants ?? limit?.maxParticipants
    if (capacity !== undefined && this.#options.host.roster.size >= capacity) throw sfuErrors.raise.meeting_full({ capacity })
    if (!this.hasPlaceFor(claims)) throw sfuErrors.raise.no_place_here({ places: this.#places(limit) ?? 0 })
  }

  /** One identity is present once, unless its other attachment is away, is named as the one that is replaced, or was followed by one that has left. */
  #admitIdentity(
    { participant, attachment, replaces }: { participant: string; attachment: string; replaces: string | undefined },
    present: readonly RosterEntry[],
  ): void {
    const hidden = [...this.#sessions.values()].filter(
      ({ identity }) => identity.participant === participant && identity.rights.hidden,
    )
    const stands = present.filter((entry) => !this.#ended.isOver(participant, entry.attachment))
    const others = [
      ...stands.map((entry) => ({ attachment: entry.attachment, connected: entry.connected })),
      ...hidden.map(({ identity, owner }) => ({ attachment: identity.attachment, connected: owner !== undefined })),
    ]
    if (others.some((other) => other.connected && other.attachment !== replaces)) throw sfuErrors.raise.identity_in_use({})
    if (others.some((other) => other.attachment > attachment)) throw sfuErrors.raise.attachment_gone({})
  }

  #tracksOf(replaces: string | undefined, present: readonly RosterEntry[]): readonly Track[] {
    return present.filter(({ attachment }) => attachment === replaces).flatMap(({ tracks }) => tracks)
  }

  /** A later attachment of one of ours on another node takes its place. */
  #appeared(entry: RosterEntry): void {
    const { node, clock } = this.#options.host
    if (entry.node === node) return
    for (const session of this.#sessions.values()) {
      const { participant, attachment } = session.identity
      if (participant !== entry.participant || attachment >= entry.attachment) continue
      if (this.#moved.has(attachment)) this.#closeAfter(session, movedAwayMs.beside)
      else if (session.owner === undefined) this.close(session, 'replaced')
      else clock.after(replacedElsewhereAfterMs, () => this.close(session, 'replaced'))
    }
  }

  /** Nobody speaks for the session: it ends then, unless somebody does before. */
  #closeAfter(session: Session, afterMs: number): void {
    const { attachment } = session.identity
    this.#away.get(attachment)?.cancel()
    this.#away.set(
      attachment,
      this.#options.host.clock.after(afterMs, () => this.close(session, 'away_too_long')),
    )
  }

  #own(session: Session, owner: SessionSink, epoch: number): void {
    if (session.owner) this.#drop(session, session.owner)
    const key = meetingKey(session.identity.meeting)
    const names = this.#sinks.get(owner) ?? new Map<string, number>()
    this.#sinks.set(owner, names.set(key, (names.get(key) ?? 0) + 1))
    session.own(owner, epoch)
  }

  /** A connection hears of the meeting while it has a session in it. */
  #drop({ identity }: Session, sink: SessionSink): void {
    const key = meetingKey(identity.meeting)
    const names = this.#sinks.get(sink)
    const sessions = (names?.get(key) ?? 0) - 1
    if (sessions > 0) names?.set(key, sessions)
    else names?.delete(key)
    if (names?.size === 0) this.#sinks.delete(sink)
  }

  #tellMeeting(told: MeetingNotification): void {
    for (const [sink, names] of this.#sinks) for (const key of names.keys()) sink.tellMeeting(key, told)
  }

  #tellConnected({ identity: { participant, attachment, rights } }: Session, connected: boolean): void {
    if (!rights.hidden) this.#tell({ type: 'connection', participant, attachment, connected })
  }

  #tell(change: RosterChange): void {
    this.#options.host.roster.changeOwn([change])
  }
}
