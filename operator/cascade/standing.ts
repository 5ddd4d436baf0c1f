import { compareFences, type Fence, type SegmentRole } from '../../sfu/api/order.ts'

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

/** Whether it may follow a later order than the one that it told of. */
const isUnanswered = ({ fence = noFence, sent }: Standing): boolean => sent !== undefined && compareFences(sent, fence) > 0

/** A segment that did not answer has the role that it was sent: it took it, or is told the same again. */
const roleOf = (standing: Standing): SegmentRole | undefined =>
  isUnanswered(standing) ? (standing.sent?.role ?? standing.role) : standing.role

/**
 * How the segments of a meeting stand, as far as it is known: each told that at its own time, and may have followed an order since, or lost a pipe.
 * Unknown is not down.
 */
export class Standings {
  readonly #all: ReadonlyMap<string, Standing>
  /** What each may be: by its own word, or by an order that it has not answered. */
  readonly #mayBe: Readonly<Record<SegmentRole, ReadonlySet<string>>>

  constructor(told: readonly Standing[]) {
    this.#all = new Map(told.map((standing) => [standing.node, standing]))
    const those = (role: SegmentRole) =>
      new Set(told.filter((each) => each.role === role || roleOf(each) === role).map(({ node }) => node))
    this.#mayBe = { core: those('core'), leaf: those('leaf') }
  }

  get nodes(): readonly string[] {
    return [...this.#all.keys()]
  }

  /** Undefined where it follows no order yet. */
  roleOf(node: string): SegmentRole | undefined {
    const standing = this.#all.get(node)
    return standing === undefined ? undefined : roleOf(standing)
  }

  /** All that may have this role. */
  whoMayBe(role: SegmentRole): ReadonlySet<string> {
    return this.#mayBe[role]
  }

  /** Whether both ends say that the pipe between them is up, and neither was sent anything since that may have taken it away. */
  isSurelyUp(one: string, other: string): boolean {
    return this.#isSure(one) && this.#isSure(other) && this.#saysUp(one, other) && this.#saysUp(other, one)
  }

  /** Whether the pipe between them may be up. */
  isUp(one: string, other: string): boolean {
    return this.#mayHaveUp(one, other) && this.#mayHaveUp(other, one)
  }

  /** Whether either end tells of the pipe between them: it is up, or came up a moment ago, or broke, and the other has not told yet. */
  isTold(one: string, other: string): boolean {
    return this.#saysUp(one, other) || this.#saysUp(other, one)
  }

  /** Whether either end has an edge to the other, up or not: a pipe that is being set up may be up before the next order arrives. */
  isNamed(one: string, other: string): boolean {
    const names = (node: string, peer: string): boolean =>
      this.#saysUp(node, peer) || this.#all.get(node)?.down?.has(peer) === true
    return names(one, other) || names(other, one)
  }

  /** What a segment told is of before an order that the other follows: it may have another role by now, and pipes that it does not tell of. */
  isBehind(node: string, other: string): boolean {
    return compareFences(this.#all.get(node)?.fence ?? noFence, this.#all.get(other)?.fence ?? noFence) < 0
  }

  /** Whether a segment says that it hears nothing by an edge that it would not hear without. */
  saysSpare(node: string, peer: string): boolean {
    const { up, down } = this.#all.get(node) ?? {}
    // Its other way may be by one that is gone or is to be less, which it has not noticed yet, or by a pipe that broke or never came up.
    const isWhole = [...(up ?? [])].every(([other, edge]) => edge !== 'stays' || this.#isSure(other))
    return up?.get(peer) === 'spare' && isWhole && ![...(down?.values() ?? [])].includes('stays')
  }

  /** Whether a segment's own word is of now: it was heard, and was sent nothing since that may have taken a pipe from it. */
  #isSure(node: string): boolean {
    const standing = this.#all.get(node)
    return standing !== undefined && standing.unheard !== true && !isUnanswered(standing)
  }

  #saysUp(node: string, peer: string): boolean {
    return this.#all.get(node)?.up.has(peer) === true
  }

  /** Whether a segment has a pipe to another one that is up, by its own word, or by the other's where its own is of before. */
  #mayHaveUp(node: string, peer: string): boolean {
    return this.#saysUp(node, peer) || (this.#saysUp(peer, node) && this.isBehind(node, peer))
  }
}
