import { sfuErrors } from '../api/errors.ts'
import type { Wants } from '../segment/wants.ts'
import type { Link } from './link.ts'

/** Options of {@link WantFlow}. */
export interface WantFlowOptions {
  /** The node at the other end. */
  readonly node: string
  readonly wants: Wants
  /** The WebSocket, while both sides have said hello on it. */
  readonly link: () => Link | undefined
  /** Makes what is sent of a track follow what is wanted of it. */
  readonly sync: (trackId: string) => Promise<void> | undefined
}

/** Which video each side of an edge wants of the other. Hello carries all; while the WebSocket is lost nothing changes for the other side. */
export class WantFlow {
  readonly #options: WantFlowOptions
  readonly #theirs = new Set<string>()
  /** What this side told, and the answer that it was taken in; undefined: hello told it. */
  readonly #told = new Map<string, Promise<void> | undefined>()
  #ours: ReadonlySet<string> = new Set()

  constructor(options: WantFlowOptions) {
    this.#options = options
  }

  /** Whether the other side wants a track of ours. */
  theirs(trackId: string): boolean {
    return this.#theirs.has(trackId)
  }

  /** What this side wants now. */
  setOurs(trackIds: ReadonlySet<string>): void {
    this.#ours = new Set(trackIds)
    this.flush()
  }

  /** What this side wants, for hello, which tells it. */
  offer(): readonly string[] {
    this.#told.clear()
    for (const trackId of this.#ours) this.#told.set(trackId, undefined)
    return [...this.#ours]
  }

  /** Tells what changed since the last hello. */
  flush(): void {
    const link = this.#options.link()
    if (!link) return
    for (const trackId of this.#told.keys()) if (!this.#ours.has(trackId)) this.#tell(link, trackId, false)
    for (const trackId of this.#ours) if (!this.#told.has(trackId)) this.#tell(link, trackId, true)
  }

  /** Resolves when the other side has taken in that a track is wanted; raises `pipe_unavailable` where it could not be told. */
  async confirmed(trackId: string): Promise<void> {
    try {
      await this.#told.get(trackId)
    } catch (cause) {
      throw sfuErrors.raise.pipe_unavailable({}, { cause })
    }
  }

  /** The other side said all that it wants, in place of what it wanted before. */
  hearAll(trackIds: readonly string[]): void {
    const wanted = new Set(trackIds)
    for (const trackId of [...this.#theirs]) if (!wanted.has(trackId)) this.#set(trackId, false)
    for (const trackId of wanted) this.#set(trackId, true)
  }

  /** The other side wants a track, or no longer; resolves when what is sent follows. */
  async hear(trackId: string, wanted: boolean): Promise<void> {
    this.#set(trackId, wanted)
    await this.#options.sync(trackId)
  }

  /** The WebSocket is lost: the next hello tells all. */
  cut(): void {
    this.#told.clear()
  }

  /** The other side is gone, and wants nothing. */
  reset(): void {
    this.cut()
    this.hearAll([])
  }

  #set(trackId: string, wanted: boolean): void {
    const { wants, node } = this.#options
    if (wanted) {
      this.#theirs.add(trackId)
      wants.hold(trackId, `edge:${node}`)
    } else if (this.#theirs.delete(trackId)) {
      wants.release(trackId, `edge:${node}`)
    }
  }

  #tell(link: Link, trackId: string, wanted: boolean): void {
    const answer = link.ask('want', { trackId, wanted })
    answer.catch(() => undefined)
    if (wanted) this.#told.set(trackId, answer)
    else this.#told.delete(trackId)
  }
}
