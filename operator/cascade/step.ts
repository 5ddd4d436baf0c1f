import type { SegmentRole } from '../../sfu/api/order.ts'
import type { CascadePlace } from './cascade.ts'
import { Standings, type Standing } from './standing.ts'

/** What a segment is told next. */
export interface StepPlace {
  readonly role: SegmentRole
  /** By name. An edge that is leaving goes on until both its ends find it spare. */
  readonly peers: readonly { readonly node: string; readonly leaving: boolean }[]
}

/** The way from the cascade as it stands to the one that should be, seen from where it stands. */
class Way {
  readonly #now: Standings
  readonly #target: ReadonlyMap<string, CascadePlace>
  /** The cores that should be, and those that stay core for as long as leaves need them. */
  readonly #cores: ReadonlySet<string>
  /** Leaves that shall be cores once they have a pipe to each other core. */
  readonly #pending: ReadonlySet<string>
  /** Segments that are to close, but pass on what their leaves do not yet have another way. */
  readonly #kept: readonly string[]

  constructor(now: Standings, target: ReadonlyMap<string, CascadePlace>) {
    this.#now = now
    this.#target = target
    const wanted = [...target].flatMap(([node, { role }]) => (role === 'core' ? [node] : []))
    const needed = now.nodes.filter((node) => target.get(node)?.role !== 'core' && this.#carriesLeaves(node))
    const cores = [...wanted, ...needed]
    // One that shall be a leaf by this step is a core until it says otherwise: what others pass on as cores does not reach it.
    const stepsDown = [...now.whoMayBe('core')].some((node) => target.has(node) && !cores.includes(node))
    this.#pending = new Set(wanted.filter((node) => this.#isPending(node, { cores, stepsDown })))
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

  /** Whether an edge that is not wanted is needed yet, by either end that stays. */
  #goesOn(one: string, other: string): boolean {
    const isUp = this.#now.isUp(one, other)
    const isSpare = this.#isSpare(one, other) && this.#isSpare(other, one)
    if (isUp && !isSpare) return true
    // Who is to hang elsewhere may hear by it until they do, or may be about to: a pipe that has just come up is spare, since nothing comes by it yet.
    if (!isUp && this.#now.isTold(one, other)) return this.#lacksWay(one) || this.#lacksWay(other)
    return this.#now.isNamed(one, other) && (this.#isOnTheWay(one) || this.#isOnTheWay(other))
  }

  /** Whether a segment needs the edge no more: one that is to close needs none. */
  #isSpare(node: string, peer: string): boolean {
    return !this.#target.has(node) || this.#now.saysSpare(node, peer)
  }

  /** Whether a segment is to be a leaf of one to which it has no pipe yet that both ends tell of. */
  #isOnTheWay(node: string): boolean {
    const { parent } = this.#target.get(node) ?? {}
    return parent !== undefined && !this.#now.isSurelyUp(node, parent)
  }

  /** Whether a segment is to be a leaf of one by which it does not hear the others yet: it has no pipe to it, or that is no core yet. */
  #lacksWay(node: string): boolean {
    const { parent } = this.#target.get(node) ?? {}
    return this.#isOnTheWay(node) || (parent !== undefined && this.#now.roleOf(parent) !== 'core')
  }

  /** Whether leaves that will hang elsewhere still hang on this core. */
  #carriesLeaves(node: string): boolean {
    if (this.#now.roleOf(node) !== 'core') return false
    const leaves = this.#now.whoMayBe('leaf')
    return [...this.#target.keys()].some(
      (peer) => peer !== node && (leaves.has(peer) || this.#now.isBehind(peer, node)) && this.#goesOn(node, peer),
    )
  }

  /** A leaf that has what it hears by a core becomes a core itself only when it would hear it from all others. */
  #isPending(node: string, { cores, stepsDown }: { cores: readonly string[]; stepsDown: boolean }): boolean {
    if (this.#now.roleOf(node) !== 'leaf') return false
    const hangs = [...this.#now.whoMayBe('core')].some((peer) => this.#now.isTold(node, peer))
    return hangs && (stepsDown || cores.some((core) => core !== node && !this.#now.isSurelyUp(node, core)))
  }
}

/**
 * The next step from the cascade as it stands to `target`: pipes are added first, and whoever is to be less stays what they are until
 * nobody hears anything through them alone; an old edge goes when both its ends report it spare. Each step is made of what the media
 * nodes report, so it does not matter who made the last one, nor which nodes heard of it. Segments that stand in `now` but not in
 * `target` are to close: those that are not in the result may. Make before break, as traffic engineering moves its tunnels (RFC 3209, 2.5),
 * for a tree that many hear by at once. O(S^2).
 */
export function planStep(now: readonly Standing[], target: ReadonlyMap<string, CascadePlace>): ReadonlyMap<string, StepPlace> {
  return new Way(new Standings(now), target).places()
}
