import { compareFences, type Fence, type SegmentRole } from '../../sfu/api/order.ts'
import type { CascadePlace } from './cascade.ts'

type Edge = 'stays' | 'needed' | 'spare'

/** A segment as it stands: what its media node reports. */
export interface Standing {
  readonly node: string
  /** By the last order that it took; undefined where it took none. */
  readonly role: SegmentRole | undefined
  /** The peers whose pipes are up, and whether its order calls the edge leaving, and then whether it is needed still. */
  readonly up: ReadonlyMap<string, Edge>
  /** The same for the peers that its order names and whose pipes are down. */
  readonly down?: ReadonlyMap<string, Edge>
  /** Nothing was heard of it itself: what it is said to have is its peers' word alone. */
  readonly unheard?: boolean
  /** Of the order that it follows, as it told last: it may follow a later one by now. */
  readonly fence?: Fence
  /** The last order that it was sent, whether it took that or not. */
  readonly sent?: Fence & { readonly role: SegmentRole }
}

const noFence: Fence = { epoch: 0, generation: 0 }

/** What a segment is told next. */
export interface StepPlace {
  readonly role: SegmentRole
  /** By name. An edge that is leaving goes on until both its ends find it spare. */
  readonly peers: readonly { readonly node: string; readonly leaving: boolean }[]
}

/** Whether it may follow a later order than the one that it told of. */
const isUnanswered = ({ fence = noFence, sent }: Pick<Standing, 'fence' | 'sent'>): boolean =>
  sent !== undefined && compareFences(sent, fence) > 0

/** A segment that did not answer has the role that it was sent: it took it, or is told the same again. */
const asSent = (standing: Standing): Standing =>
  isUnanswered(standing) ? { ...standing, role: standing.sent?.role ?? standing.role } : standing

/** The way from the cascade as it stands to the one that should be, seen from where it stands. */
class Way {
  readonly #now: ReadonlyMap<string, Standing>
  readonly #target: ReadonlyMap<string, CascadePlace>
  /** What each may be: by its own word, or by an order that it has not answered. */
  readonly #mayBe: Readonly<Record<SegmentRole, ReadonlySet<string>>>
  /** The cores that should be, and those that stay core for as long as leaves need them. */
  readonly #cores: ReadonlySet<string>
  /** Leaves that shall be cores once they have a pipe to each other core. */
  readonly #pending: ReadonlySet<string>
  /** Segments that are to close, but pass on what their leaves do not yet have another way. */
  readonly #kept: readonly string[]

  constructor(told: readonly Standing[], target: ReadonlyMap<string, CascadePlace>) {
    const now = told.map(asSent)
    this.#now = new Map(now.map((standing) => [standing.node, standing]))
    this.#target = target
    const those = (role: SegmentRole) => new Set([...told, ...now].filter((each) => each.role === role).map(({ node }) => node))
    this.#mayBe = { core: those('core'), leaf: those('leaf') }
    const wanted = [...target].flatMap(([node, { role }]) => (role === 'core' ? [node] : []))
    const needed = now
      .filter((standing) => target.get(standing.node)?.role !== 'core' && this.#carriesLeaves(standing))
      .map(({ node }) => node)
    const cores = [...wanted, ...needed]
    // One that shall be a leaf is a core for the others until it says otherwise.
    const seen = [...this.#mayBe.core].filter((node) => target.has(node))
    this.#pending = new Set(wanted.filter((node) => this.#isPending(node, [...cores, ...seen])))
    this.#cores = new Set(cores.filter((node) => !this.#pending.has(node)))
    this.#kept = needed.filter((node) => !target.has(node))
  }

  places(): ReadonlyMap<string, StepPlace> {
    const nodes = [...this.#target.keys(), ...this.#kept].toSorted()
    const stays = new Map(nodes.map((node) => [node, this.#staysOf(node)]))
    for (const [node, peers] of stays) for (const peer of peers) stays.get(peer)?.add(node)
    return new Map(
      nodes.map((node) => {
        const staying = stays.get(node) ?? new Set()
        const leaving = nodes.filter((other) => !staying.has(other) && this.#goesOn(node, other))
        const peers = [
          ...[...staying].map((peer) => ({ node: peer, leaving: false })),
          ...leaving.map((peer) => ({ node: peer, leaving: true })),
        ]
        return [node, { role: this.#roleOf(node), peers: peers.toSorted((a, b) => (a.node < b.node ? -1 : 1)) }]
      }),
    )
  }

  #roleOf(node: string): SegmentRole {
    return this.#cores.has(node) ? 'core' : 'leaf'
  }

  /** Edges that this step has for good, as far as `node` is the one to name them; the other end has them too. */
  #staysOf(node: string): Set<string> {
    const others = [...this.#cores, ...this.#pending].filter((other) => other !== node)
    if (this.#cores.has(node) || this.#pending.has(node)) return new Set(others)
    const { parent } = this.#target.get(node) ?? {}
    return new Set(parent === undefined ? [] : [parent])
  }

  /** Whether a segment's own word is of now: it was heard, and was sent nothing since that may have taken a pipe from it. */
  #isSure(node: string): boolean {
    const standing = this.#now.get(node)
    return standing !== undefined && standing.unheard !== true && !isUnanswered(standing)
  }

  /** Whether both ends say that the pipe between them is up. */
  #isSurelyUp(one: string, other: string): boolean {
    if (!this.#isSure(one) || !this.#isSure(other)) return false
    return this.#now.get(one)?.up.has(other) === true && this.#now.get(other)?.up.has(one) === true
  }

  /** What a segment told is of before an order that the other follows: it may have another role by now, and pipes that it does not tell of. */
  #isBehind(node: string, other: string): boolean {
    return compareFences(this.#now.get(node)?.fence ?? noFence, this.#now.get(other)?.fence ?? noFence) < 0
  }

  /** Whether a segment has a pipe to another one that is up, by its own word, or by the other's where its own is of before. */
  #mayHaveUp(node: string, peer: string): boolean {
    if (this.#now.get(node)?.up.has(peer) === true) return true
    return this.#now.get(peer)?.up.has(node) === true && this.#isBehind(node, peer)
  }

  /** Whether the pipe between them may be up: unknown is not down. */
  #isUp(one: string, other: string): boolean {
    return this.#mayHaveUp(one, other) && this.#mayHaveUp(other, one)
  }

  /** Whether either end tells of the pipe between them: it is up, or came up a moment ago, or broke, and the other has not told yet. */
  #isTold(one: string, other: string): boolean {
    return this.#now.get(one)?.up.has(other) === true || this.#now.get(other)?.up.has(one) === true
  }

  /** Whether an edge that is not wanted is needed yet, by either end that stays. */
  #goesOn(one: string, other: string): boolean {
    if (this.#isUp(one, other)) return !(this.#isSpare(one, other) && this.#isSpare(other, one))
    // Who is to hang elsewhere may hear by it until they do.
    return this.#isTold(one, other) && (this.#isOnTheWay(one) || this.#isOnTheWay(other))
  }

  /** Whether a segment hears nothing by an edge that it would not hear without. */
  #isSpare(node: string, peer: string): boolean {
    if (!this.#target.has(node)) return true
    const { up, down } = this.#now.get(node) ?? {}
    // Its other way may be by one that is gone, which it has not noticed yet, or by a pipe that broke or never came up.
    const isWhole = [...(up ?? [])].every(([other, edge]) => edge !== 'stays' || this.#now.has(other))
    return up?.get(peer) === 'spare' && isWhole && ![...(down?.values() ?? [])].includes('stays')
  }

  /** Whether a segment is to be a leaf of one to which it has no pipe yet that both ends tell of. */
  #isOnTheWay(node: string): boolean {
    const { parent } = this.#target.get(node) ?? {}
    return parent !== undefined && !this.#isSurelyUp(node, parent)
  }

  /** Whether leaves that will hang elsewhere still hang on this core. */
  #carriesLeaves({ node, role }: Standing): boolean {
    if (role !== 'core') return false
    const mayBeLeaf = (peer: string): boolean => this.#mayBe.leaf.has(peer) || this.#isBehind(peer, node)
    return [...this.#target.keys()].some((peer) => peer !== node && mayBeLeaf(peer) && this.#goesOn(node, peer))
  }

  /** A leaf that has what it hears by a core becomes a core itself only when it would hear it from all others. */
  #isPending(node: string, cores: readonly string[]): boolean {
    if (this.#now.get(node)?.role !== 'leaf') return false
    const hangs = [...this.#mayBe.core].some((peer) => this.#isTold(node, peer))
    return hangs && cores.some((core) => core !== node && !this.#isSurelyUp(node, core))
  }
}

/**
 * The next step from the cascade as it stands to `target`: pipes are added first, and whoever is to be less stays what they are until
 * nobody hears anything through them alone; an old edge goes when both its ends report it spare. Each step is made of what the media
 * nodes report, so it does not matter who made the last one, nor which nodes heard of it. Segments that stand in `now` but not in
 * `target` are to close: those that are not in the result may.
 */
export function planStep(now: readonly Standing[], target: ReadonlyMap<string, CascadePlace>): ReadonlyMap<string, StepPlace> {
  return new Way(now, target).places()
}
