import { asCodedError, commonErrors } from '../../kit/errors.ts'
import type { FrameSocket } from '../../kit/peer.ts'
import { edgeCloseCodes, type EdgeNotification } from '../api/edge.ts'
import { tellEdgeVersion } from '../api/edgeVersion.ts'
import type { SegmentRole } from '../api/order.ts'
import type { Speakers } from '../api/session.ts'
import type { AuthorUpdate } from '../segment/roster.ts'
import type { Speaker } from '../segment/speakers.ts'
import type { RoutedTrack } from '../segment/tracks.ts'
import { forwards, letsIn } from './forwarding.ts'
import { Greeter, type GreeterOptions, type Hello } from './greeter.ts'
import type { EdgeHost } from './host.ts'
import type { Link } from './link.ts'
import { LostWatch } from './lostWatch.ts'
import { PipePair } from './pipePair.ts'
import { RosterFlow } from './rosterFlow.ts'
import { WantFlow } from './wantFlow.ts'

/** Options of {@link Edge}. */
export interface EdgeOptions {
  readonly host: EdgeHost
  /** The node at the other end. */
  readonly node: string
  /** What the order says of the peer, until it says so itself. */
  readonly role: SegmentRole
  /** The WebSocket is over, by the network or by the other side's word: whoever dials may dial again. */
  readonly onDown: () => void
}

/**
 * The edge to one peer: a pipe, and a WebSocket that speaks about it.
 *
 * | an edge is | entered by                      | leaves by                                                         |
 * | idle       | made, or forgotten              | a WebSocket opens: greeting                                       |
 * | greeting   | a WebSocket is open             | both hellos: up; refused or lost: idle, its half of a pipe closed |
 * | up         | both sides have said hello      | WebSocket lost: cut; other side gone: idle                        |
 * | cut        | the WebSocket is lost, pipe on  | greeting again with the same pipe: up; silent too long: idle      |
 */
export class Edge {
  readonly node: string
  readonly #host: EdgeHost
  readonly #options: EdgeOptions
  readonly #pair: PipePair
  readonly #rosters: RosterFlow
  readonly #wants: WantFlow
  readonly #greeter: Greeter
  readonly #lost: LostWatch
  #role: SegmentRole
  #boot: string | undefined
  #closed = false

  constructor(options: EdgeOptions) {
    const { host, node } = options
    const { clock, random, roster, tracks, createPipe } = host
    this.node = node
    this.#host = host
    this.#options = options
    this.#role = options.role
    const link = (): Link | undefined => this.#greeter.link
    this.#wants = new WantFlow({ node, wants: host.wants, link, sync: (trackId) => this.#pair.out?.sync(trackId) })
    this.#pair = new PipePair({
      node,
      link,
      tracks,
      clock,
      random,
      createPipe,
      allowed: (track) => this.#allows(track),
      wanted: (trackId) => this.#wants.theirs(trackId),
      onLost: () => this.#greeter.restart('protocol'),
    })
    this.#rosters = new RosterFlow({ node, clock, roster, link, allowed: (author, via) => this.#tells(author, via) })
    this.#lost = new LostWatch({ clock, bytesReceived: () => this.#pair.bytesReceived(), onLost: () => this.forget() })
    this.#greeter = new Greeter({
      clock,
      edgeVersion: host.edgeVersion,
      pair: this.#pair,
      introduce: () => this.#introduce(),
      admit: (hello, dialled) => this.#admit(hello, dialled),
      heard: (hello) => this.#heard(hello),
      handlers: this.#handlers(),
      onUp: () => this.#up(),
      onDown: (down) => this.#down(down),
    })
  }

  get role(): SegmentRole {
    return this.#role
  }

  /** Whether the pipe carries media now, with or without its WebSocket. */
  get up(): boolean {
    return this.#pair.up
  }

  /** Whether a WebSocket is open, greeted or not; and who dialled it. */
  get open(): Greeter['open'] {
    return this.#greeter.open
  }

  /** A WebSocket to the peer is open: the side that dialled says hello first. One that was there before is let go. */
  begin(socket: FrameSocket, dialled: boolean): void {
    this.#wants.cut()
    this.#greeter.begin(socket, dialled)
  }

  /** Says hello again: this side's role or order changed. */
  async greetAgain(): Promise<void> {
    if (await this.#greeter.again()) this.#tellAll()
  }

  /** Says what this side now wants of the peer. */
  setWanted(trackIds: ReadonlySet<string>): void {
    this.#wants.setOurs(trackIds)
  }

  /** Resolves when the peer has taken in that a track is wanted. */
  confirmWant(trackId: string): Promise<void> {
    return this.#wants.confirmed(trackId)
  }

  /** Passes on what one author changed. */
  tellRoster(update: AuthorUpdate, via: string | undefined): void {
    this.#rosters.tell(update, via)
  }

  tellLevels(levels: readonly Speaker[]): void {
    this.#greeter.link?.tell('levels', { levels: [...levels] })
  }

  tellSpeakers(author: string, list: Speakers): void {
    this.#greeter.link?.tell('speakers', { author, ...list })
  }

  /** The peer's port refused a connection: its process is gone. */
  refused(): void {
    this.#lost.refused()
  }

  /** Drops all that the peer told and its pipe; the edge may begin anew. */
  forget(): void {
    const wasUp = this.#pair.up
    this.#lost.stop()
    this.#pair.drop()
    this.#wants.reset()
    this.#rosters.reset()
    this.#boot = undefined
    this.#host.roster.dropEdge(this.node)
    if (wasUp) this.#host.log.info({ peer: this.node }, 'edge is gone')
    this.#host.onEdgeChange(this.node)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#greeter.end('gone')
    this.forget()
  }

  #handlers(): GreeterOptions['handlers'] {
    const { host, node } = { host: this.#host, node: this.node }
    return {
      asked: {
        pipeProducer: async (data) => {
          if (!this.#pair.in) throw commonErrors.raise.unavailable({ what: 'The pipe' })
          await this.#pair.in.open(data)
        },
        want: ({ trackId, wanted }) => this.#wants.hear(trackId, wanted),
      },
      told: {
        rosterSnapshot: (data) => host.roster.hearSnapshot(node, data),
        rosterDelta: (data) => this.#hearDelta(data),
        rosterGone: ({ author }) => host.roster.hearGone(node, author),
        pipeProducerClosed: ({ wayId }) => this.#pair.in?.closeOne(wayId),
        pipeProducerPaused: ({ wayId, paused }) => void this.#pair.in?.pause(wayId, paused).catch(() => undefined),
        pipeProducerEnding: ({ wayId, ending }) => this.#pair.in?.setEnding(wayId, ending),
        levels: ({ levels }) => host.hearLevels(node, levels),
        speakers: ({ author, seq, speakers }) => host.hearSpeakers(node, author, { seq, speakers }),
      },
    }
  }

  #hearDelta(data: EdgeNotification<'rosterDelta'>): void {
    if (this.#host.roster.hearDelta(this.node, data) === 'gap') this.#greeter.restart('gap')
  }

  #introduce(): ReturnType<GreeterOptions['introduce']> {
    const { node, boot, edgeVersion, role, fence } = this.#host
    return {
      node,
      boot,
      ...tellEdgeVersion(edgeVersion),
      role: role(),
      ...fence(),
      wayIds: [...(this.#pair.out?.wayIds ?? [])],
      authors: [...this.#rosters.authors()],
      wants: [...this.#wants.offer()],
    }
  }

  #admit({ node, boot, epoch, generation }: Hello, dialled: boolean): void {
    const { fence, isOrdered } = this.#host
    if (this.#closed) throw commonErrors.raise.unavailable({ what: 'The edge' })
    if (node !== this.node) throw commonErrors.raise.forbidden({ why: 'the hello names another node than the token' })
    if (!dialled && !letsIn({ fence: fence(), ordered: isOrdered(node) }, { epoch, generation })) {
      throw commonErrors.raise.forbidden({ why: 'this edge was taken away by an order' })
    }
    if (this.#boot !== undefined && this.#boot !== boot) this.forget()
    this.#boot = boot
  }

  #heard(hello: Hello): void {
    this.#pair.in?.keepOnly(hello.wayIds)
    this.#host.roster.keepOnly(this.node, hello.authors)
    this.#wants.hearAll(hello.wants)
    const changed = this.#role !== hello.role
    this.#role = hello.role
    if (changed) this.#host.onRoleChange()
    if (this.#greeter.link) this.#host.onEdgeChange(this.node)
  }

  #up(): void {
    this.#lost.stop()
    this.#host.log.info({ peer: this.node }, 'edge is up')
    this.#tellAll()
    this.#host.onEdgeChange(this.node)
  }

  #tellAll(): void {
    this.#rosters.tellAll()
    this.#wants.flush()
    void this.#pair.out?.resync()
  }

  #down({ code, up, error }: { code: number; up: boolean; error?: unknown }): void {
    const { log, onEdgeChange } = this.#host
    this.#wants.cut()
    const fault = up ? 'edge is closed for a fault' : 'edge was refused'
    if (error !== undefined) log.warn({ peer: this.node, code: asCodedError(error).code, err: error }, fault)
    else if (up) log.warn({ peer: this.node, status: code }, 'edge lost its connection')
    if (code === edgeCloseCodes.gone) this.forget()
    else if (this.#pair.up) this.#lost.start()
    onEdgeChange(this.node)
    this.#options.onDown()
  }

  #allows(track: RoutedTrack): boolean {
    return track.from !== this.node && this.#forwards(track.from)
  }

  #tells(author: string, via: string | undefined): boolean {
    return author !== this.node && via !== this.node && this.#forwards(via)
  }

  #forwards(from: string | undefined): boolean {
    const { role, roleOf } = this.#host
    return forwards({ self: role(), from: from === undefined ? 'own' : roleOf(from), to: this.#role })
  }
}
