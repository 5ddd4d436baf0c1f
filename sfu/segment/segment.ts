import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import { Edges, type EdgesOptions } from '../edge/edges.ts'
import type { EdgeHost } from '../edge/host.ts'
import type { GrantClaims } from '../api/grant.ts'
import { meetingKey, type MeetingRef } from '../api/identity.ts'
import type { Fence, SegmentOrder, SegmentReport, SegmentRole } from '../api/order.ts'
import type { CloseReason, SessionSnapshot } from '../api/session.ts'
import type { MediaRouter, ProducerLevel } from '../media/types.ts'
import type { SessionHost } from '../session/host.ts'
import type { Session } from '../session/session.ts'
import { Attachments } from './attachments.ts'
import { SegmentRoster } from './roster.ts'
import { SpeakerBoard, type Speaker } from './speakers.ts'
import { TrackTable, type TrackChange } from './tracks.ts'
import { Wants } from './wants.ts'

/** Options of {@link Segment}. */
export interface SegmentOptions {
  readonly meeting: MeetingRef
  readonly node: string
  readonly boot: string
  /** Of the contract between media nodes. */
  readonly edgeVersion: number
  readonly router: MediaRouter
  readonly clock: Clock
  /** Yields [0, 1). */
  readonly random: () => number
  readonly log: Log
  /** Opens a WebSocket to a peer's agent, for the meeting as it is called then. */
  readonly dial: (meeting: MeetingRef) => EdgesOptions['dial']
  /** Why this node takes nobody more, in words; undefined while it does. */
  readonly full: () => string | undefined
  /** What a report says may have changed. */
  readonly onChange: () => void
  /** Called once; all that was in it is gone. */
  readonly onClosed: (reason: CloseReason) => void
}

/** How many a report names (see segmentReport). */
const aliasesAtMost = 16

const noFence: Fence = { epoch: 0, generation: 0 }

/** The part of one meeting that this node hosts: one router, who is attached, the roster, who speaks, and the edges to the other parts. */
export class Segment {
  readonly attachments: Attachments
  readonly edges: Edges
  readonly roster: SegmentRoster
  readonly tracks: TrackTable
  readonly #options: SegmentOptions
  readonly #speakers: SpeakerBoard
  readonly #createdAtMs: number
  #meeting: MeetingRef
  /** Incarnations that it was adopted from, the latest last. */
  readonly #aliases: string[] = []
  #order: SegmentOrder | undefined
  /** Who waits for an order. */
  readonly #waiting = new Set<() => void>()
  #fallback = false
  #emptySince: { readonly wallMs: number; readonly monotonicMs: number } | undefined
  #closed = false

  constructor(options: SegmentOptions) {
    const { meeting, node, boot, router, clock, random, log } = options
    this.#options = options
    this.#meeting = meeting
    this.#createdAtMs = clock.nowMs()
    this.#emptySince = { wallMs: this.#createdAtMs, monotonicMs: clock.monotonicMs() }
    this.tracks = new TrackTable({ clock, isLeaving: (from) => this.edges.isLeaving(from) })
    this.roster = new SegmentRoster({
      node,
      boot,
      isLeaving: (via) => this.edges.isLeaving(via),
      onChanges: (revision, changes) => {
        this.attachments.rosterChanged(revision, changes)
        this.edges.reconcileWants()
      },
      onAuthor: (update, via) => this.edges.tellRoster(update, via),
    })
    const wants = new Wants(() => this.edges.reconcileWants())
    const parts = { node, clock, random, log, router, wants, roster: this.roster, tracks: this.tracks }
    this.edges = new Edges({
      host: this.#edgeHost(parts),
      dial: (peer, signal) => options.dial(this.#meeting)(peer, signal),
    })
    this.attachments = new Attachments({
      host: { ...parts, confirmWant: (author, trackId) => this.edges.confirmWant(author, trackId) },
      log,
      limits: () => this.#order?.limits,
      full: options.full,
      onChange: () => this.#changed(),
    })
    this.#speakers = this.#board()
    this.tracks.onChange(({ type }) => this.#trackChanged(type))
    router.onLevels = (levels) => this.#speakers.hear(node, this.#speakersOf(levels))
    router.onDied = () => this.close('worker_died')
  }

  get meeting(): MeetingRef {
    return this.#meeting
  }

  get key(): string {
    return meetingKey(this.#meeting)
  }

  /** Other incarnations that lead here. */
  get aliases(): readonly string[] {
    return this.#aliases
  }

  get order(): SegmentOrder | undefined {
    return this.#order
  }

  get fence(): Fence {
    return this.#order ?? noFence
  }

  get role(): SegmentRole {
    return this.#order?.role ?? 'core'
  }

  /** Made by a fallback grant and not yet adopted by an order. */
  get fallback(): boolean {
    return this.#fallback
  }

  /** Others hear each other through this segment: it is a core with leaves. */
  get forwards(): boolean {
    return this.role === 'core' && (this.#order?.peers.some(({ role }) => role === 'leaf') ?? false)
  }

  /** For how long nobody has been attached; 0 while somebody is. */
  get emptyForMs(): number {
    return this.#emptySince ? this.#options.clock.monotonicMs() - this.#emptySince.monotonicMs : 0
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Follows an order that was judged before. */
  take(order: SegmentOrder): void {
    const roleBefore = this.role
    this.#order = order
    this.#fallback = false
    this.edges.setOrdered(order.peers)
    if (this.role !== roleBefore) this.edges.greetAgain()
    this.#options.onChange()
    for (const goOn of this.#waiting) goOn()
  }

  /** Goes on as another incarnation of the meeting. Nobody who is attached notices: their sessions keep the one that they know. */
  become(incarnation: string): void {
    const before = this.#meeting
    this.#aliases.push(before.incarnation)
    this.#meeting = { ...before, incarnation }
    this.#options.log.info({ object: incarnation }, 'segment goes on as another incarnation of its meeting')
  }

  /** Resolves once an order has come by which there is a place for whoever shows this grant, at the latest after `waitMs`. */
  async placeWithin(grant: GrantClaims, waitMs: number): Promise<void> {
    const { clock } = this.#options
    const endMs = clock.monotonicMs() + waitMs
    const lacks = (): boolean => this.#order === undefined || !this.attachments.hasPlaceFor(grant)
    while (lacks() && !this.#closed && clock.monotonicMs() < endMs) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = clock.after(endMs - clock.monotonicMs(), resolve)
      this.#waiting.add(resolve)
      await promise
      timer.cancel()
      this.#waiting.delete(resolve)
    }
  }

  /** A fallback grant was shown: without an order the segment looks for the others by itself. */
  markFallback(): void {
    if (this.#order || this.#fallback) return
    this.#fallback = true
    this.#options.onChange()
  }

  report(): SegmentReport {
    const { epoch, generation } = this.fence
    return {
      meeting: this.#meeting,
      epoch,
      generation,
      role: this.role,
      fallback: this.#fallback,
      worker: this.#options.router.worker,
      ...(this.#order?.limits.places === undefined ? {} : { places: this.#order.limits.places }),
      participants: this.attachments.reports,
      peers: this.edges.reports,
      ...(this.#aliases.length === 0 ? {} : { aliases: this.#aliases.slice(-aliasesAtMost) }),
      createdAtMs: Math.floor(this.#createdAtMs),
      ...(this.#emptySince ? { emptySinceMs: Math.floor(this.#emptySince.wallMs) } : {}),
    }
  }

  /** Everything about a session, for whoever attached or resumed it. */
  snapshot(session: Session): SessionSnapshot {
    const { meeting, participant, attachment, rights } = session.identity
    return {
      meeting,
      participant,
      attachment,
      sessionEpoch: session.epoch,
      rights,
      routerRtpCapabilities: this.#options.router.rtpCapabilities,
      revision: this.roster.revision,
      roster: this.roster.entries,
      speakers: this.#speakers.list,
      transports: session.transports.infos,
      producers: session.producers.infos,
      consumers: session.consumers.infos,
    }
  }

  /** Ends everything: its people are told why, its peers that it is gone. */
  close(reason: CloseReason): void {
    if (this.#closed) return
    this.#closed = true
    this.attachments.closeAll(reason)
    this.edges.close()
    this.#speakers.close()
    this.#options.router.close()
    this.#options.log.info({ reason }, 'segment closed')
    this.#options.onClosed(reason)
    for (const goOn of this.#waiting) goOn()
  }

  #edgeHost(parts: Omit<SessionHost, 'confirmWant'> & Pick<EdgeHost, 'random' | 'log'>): EdgeHost {
    const { boot, edgeVersion } = this.#options
    return {
      ...parts,
      boot,
      edgeVersion,
      role: () => this.role,
      fence: () => ({ epoch: this.fence.epoch, generation: this.fence.generation }),
      roleOf: (node) => this.edges.roleOf(node),
      isOrdered: (node) => this.edges.isOrdered(node),
      createPipe: () => parts.router.createPipe(),
      hearLevels: (from, levels) => this.#speakers.hear(from, levels),
      hearSpeakers: (from, author, list) => this.#speakers.hearList(from, author, list),
      onRoleChange: () => this.edges.greetAgain(),
      onEdgeChange: (node) => this.#edgeChanged(node),
    }
  }

  #edgeChanged(node: string): void {
    this.edges.changed(node)
    if (!this.edges.connected.some((peer) => peer.node === node)) this.#speakers.forget(node)
    this.#options.onChange()
  }

  #trackChanged(type: TrackChange['type']): void {
    if (type === 'paused') return
    this.edges.settle()
    this.edges.reconcileWants()
    this.#options.onChange()
  }

  #board(): SpeakerBoard {
    return new SpeakerBoard({
      clock: this.#options.clock,
      self: () => ({ node: this.#options.node, role: this.role }),
      connected: () => this.edges.connected,
      onList: (list) => this.attachments.speakersChanged(list),
      sendLevels: (to, levels) => this.edges.tellLevels(to, levels),
      sendList: (to, author, list) => this.edges.tellSpeakers(to, author, list),
    })
  }

  /** Whose microphones these are; those of hidden participants, whom no roster has, are passed over. */
  #speakersOf(levels: readonly ProducerLevel[]): readonly Speaker[] {
    return levels.flatMap(({ producerId, dBov }) => {
      const track = this.tracks.get(producerId)
      const [found] = track ? this.roster.tracks(track.trackId) : []
      return found ? [{ participant: found.entry.participant, dBov: Math.min(0, Math.max(-127, dBov)) }] : []
    })
  }

  #changed(): void {
    const { clock, onChange } = this.#options
    if (this.attachments.size > 0) this.#emptySince = undefined
    else this.#emptySince ??= { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() }
    onChange()
  }
}
