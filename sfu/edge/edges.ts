import type { Timer } from '../../kit/clock.ts'
import { CodedError } from '../../kit/errors.ts'
import type { FrameSocket } from '../../kit/peer.ts'
import { edgeCloseCodes } from '../api/edge.ts'
import type { PeerAddress } from '../api/grant.ts'
import type { SegmentOrder, SegmentReport, SegmentRole } from '../api/order.ts'
import { sfuErrors } from '../api/errors.ts'
import type { Speakers } from '../api/session.ts'
import type { AuthorUpdate } from '../segment/roster.ts'
import type { Speaker, SpeakerPeer } from '../segment/speakers.ts'
import { Dialler } from './dialler.ts'
import { Edge } from './edge.ts'
import type { EdgeHost } from './host.ts'

/** Options of {@link Edges}. */
export interface EdgesOptions {
  readonly host: EdgeHost
  /** Opens a WebSocket to a peer's agent. */
  readonly dial: (peer: PeerAddress, signal: AbortSignal) => Promise<FrameSocket>
}

interface Slot {
  readonly edge: Edge
  readonly dialler: Dialler
  address: PeerAddress | undefined
  /** The order names the peer. */
  ordered: boolean
  /** The next order will take it away. */
  leaving: boolean
  /** A fallback grant led here: this side dials whatever the names. */
  fallback: boolean
}

/** How long an edge that an order took away waits until what comes by it comes another way. */
const retireAfterMs = 10_000

/** The edges of one segment: those that its order names, those that fallback grants led to, and those that were let in. */
export class Edges {
  readonly #options: EdgesOptions
  readonly #slots = new Map<string, Slot>()
  /** What orders took away and is needed yet; each goes when its time is up. */
  readonly #retiring = new Map<string, Timer>()
  #closed = false

  constructor(options: EdgesOptions) {
    this.#options = options
  }

  get reports(): SegmentReport['peers'] {
    return [...this.#slots.values()]
      .filter(({ ordered, edge }) => ordered || (!this.#retiring.has(edge.node) && (edge.open !== undefined || edge.up)))
      .map(({ edge: { node, role, up }, leaving }) => {
        return {
          node,
          role,
          up,
          ...(leaving ? { leaving: this.#isNeeded(node) ? ('needed' as const) : ('spare' as const) } : {}),
        }
      })
  }

  /** The peers whose pipes are up. */
  get connected(): readonly SpeakerPeer[] {
    return [...this.#slots.values()].filter(({ edge }) => edge.up).map(({ edge: { node, role } }) => ({ node, role }))
  }

  roleOf(node: string): SegmentRole {
    return this.#slots.get(node)?.edge.role ?? 'core'
  }

  isOrdered(node: string): boolean {
    return this.#slots.get(node)?.ordered ?? false
  }

  /** Whether an order took the edge away, or is about to. */
  isLeaving(node: string): boolean {
    return this.#retiring.has(node) || (this.#slots.get(node)?.leaving ?? false)
  }

  /** Follows an order: dials whom it adds, closes whom it took away as soon as nothing is missed. */
  setOrdered(peers: SegmentOrder['peers']): void {
    const named = new Set(peers.map(({ node }) => node))
    for (const [node, slot] of this.#slots) {
      if (slot.ordered && !named.has(node)) this.#retire(node)
      if (slot.fallback && !named.has(node)) slot.dialler.stop()
      slot.fallback = false
    }
    for (const { role, leaving = false, ...address } of peers) {
      const slot = this.#slot(address.node, role)
      slot.ordered = true
      slot.leaving = leaving
      slot.address = address
      this.#unretire(address.node)
      this.#dial(slot)
    }
    this.#options.host.tracks.rejudge()
    this.#options.host.roster.rejudge()
    this.settle()
  }

  /** This node's role changed, or a peer's: what goes where may be different on every edge. */
  greetAgain(): void {
    for (const { edge } of this.#slots.values()) void edge.greetAgain()
  }

  /** A fallback grant named a node that hosts this meeting. */
  addFallback(address: PeerAddress): void {
    const slot = this.#slot(address.node, 'core')
    if (slot.ordered) return
    slot.address = address
    slot.fallback = true
    this.#dial(slot)
  }

  /** A peer that showed a valid token dialled. Of two WebSockets that were dialled at once, the one of the smaller name survives. */
  accept(node: string, socket: FrameSocket): void {
    const { edge, dialler } = this.#slot(node, 'core')
    if (this.#closed || (edge.open === 'dialled' && this.#options.host.node < node)) {
      socket.close(edgeCloseCodes.replaced, 'replaced')
      return
    }
    if (this.#options.host.node > node) dialler.stop()
    edge.begin(socket, false)
  }

  /** Asks each edge for what is wanted of the people behind it. */
  reconcileWants(): void {
    const { roster, wants } = this.#options.host
    const wanted = new Map<string, Set<string>>([...this.#slots.keys()].map((node) => [node, new Set()]))
    for (const trackId of wants.trackIds) {
      const vias = roster.tracks(trackId).flatMap(({ entry, track }) => this.#askedFor(entry.node, track.producerId))
      for (const via of vias) if (wants.heldBesides(trackId, `edge:${via}`)) wanted.get(via)?.add(trackId)
    }
    for (const [node, { edge }] of this.#slots) edge.setWanted(wanted.get(node) ?? new Set())
  }

  /** Resolves when the edge towards `author` has taken in that the track is wanted. */
  async confirmWant(author: string, trackId: string): Promise<void> {
    const slot = this.#slots.get(this.#options.host.roster.viaOf(author) ?? '')
    if (!slot?.edge.up) throw sfuErrors.raise.pipe_unavailable({})
    await slot.edge.confirmWant(trackId)
  }

  tellRoster(update: AuthorUpdate, via: string | undefined): void {
    for (const { edge } of this.#slots.values()) edge.tellRoster(update, via)
  }

  tellLevels(to: readonly string[], levels: readonly Speaker[]): void {
    for (const node of to) this.#slots.get(node)?.edge.tellLevels(levels)
  }

  tellSpeakers(to: readonly string[], author: string, list: Speakers): void {
    for (const node of to) this.#slots.get(node)?.edge.tellSpeakers(author, list)
  }

  /** An edge came up or went down. */
  changed(node: string): void {
    const slot = this.#slots.get(node)
    if (slot?.edge.up) slot.dialler.settle()
    this.settle()
    this.reconcileWants()
  }

  /** Closes what an order took away and nothing comes by any more. */
  settle(): void {
    const missing = [...this.#slots.values()].some(({ ordered, edge }) => ordered && !edge.up)
    if (missing) return
    for (const node of [...this.#retiring.keys()]) if (!this.#isNeeded(node)) this.#remove(node)
  }

  close(): void {
    this.#closed = true
    for (const node of this.#slots.keys()) this.#remove(node)
  }

  #slot(node: string, role: SegmentRole): Slot {
    const known = this.#slots.get(node)
    if (known) return known
    const { host, dial } = this.#options
    const { clock, random } = host
    const dialler = new Dialler({
      clock,
      random,
      dial: (signal) => {
        if (!slot.address) throw new Error('a peer without an address is not dialled')
        return dial(slot.address, signal)
      },
      onOpen: (socket) => edge.begin(socket, true),
      onRefused: (error, attempt) => this.#refused(edge, { error, attempt }),
    })
    const edge = new Edge({ host, node, role, onDown: () => this.#dial(slot) })
    const slot: Slot = { edge, dialler, address: undefined, ordered: false, leaving: false, fallback: false }
    this.#slots.set(node, slot)
    return slot
  }

  /** Dials where it is this side's part: the smaller name does, and whoever was led by a fallback grant. */
  #dial(slot: Slot): void {
    const { edge, dialler, address, ordered, fallback } = slot
    if (this.#closed || this.#slots.get(edge.node) !== slot || edge.open !== undefined || !address) return
    if (fallback || (ordered && this.#options.host.node < edge.node)) dialler.start()
  }

  /** A peer that no longer hosts the meeting says so: what it told is over at once. */
  #refused(edge: Edge, { error, attempt }: { error: unknown; attempt: number }): void {
    const code = error instanceof CodedError ? error.code : 'internal'
    this.#options.host.log.debug({ peer: edge.node, code, attempt, err: error }, 'edge was not opened')
    if (code === 'wrong_meeting' && edge.up) edge.forget()
    if (isRefused(error)) edge.refused()
  }

  #retire(node: string): void {
    const slot = this.#slots.get(node)
    if (!slot) return
    slot.ordered = false
    slot.leaving = false
    slot.address = undefined
    slot.dialler.stop()
    this.#retiring.set(
      node,
      this.#options.host.clock.after(retireAfterMs, () => this.#remove(node)),
    )
  }

  #unretire(node: string): void {
    this.#retiring.get(node)?.cancel()
    this.#retiring.delete(node)
  }

  /** The edges of which a track is wanted: one, but for the time in which it moves from one to another or is about to end. */
  #askedFor(author: string, producerId: string): readonly string[] {
    const { roster, tracks } = this.#options.host
    const via = roster.viaOf(author)
    const here = tracks.get(producerId)
    const ending = here !== undefined && tracks.isEnding(here)
    return [...(via === undefined ? [] : [via]), ...tracks.usedFrom(producerId), ...(ending ? roster.viasOf(author) : [])]
  }

  /** Whether anything comes by this edge that is not had another way. */
  #isNeeded(node: string): boolean {
    const { tracks, roster } = this.#options.host
    return tracks.uses(node) || roster.hearsBy(node)
  }

  #remove(node: string): void {
    this.#unretire(node)
    const slot = this.#slots.get(node)
    this.#slots.delete(node)
    slot?.dialler.stop()
    slot?.edge.close()
  }
}

/** Whether nothing listens on the other side's port. */
function isRefused(error: unknown): boolean {
  const { cause } = error instanceof Error ? error : { cause: undefined }
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}
