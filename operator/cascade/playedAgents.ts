import type { SegmentRole } from '../../sfu/api/order.ts'
import { passesOn } from '../testing/fakes/mediaWays.ts'
import type { Standing } from './standing.ts'
import type { StepPlace } from './step.ts'

/** A media node as far as it passes things on: the last order that it took, and which of its pipes are up. */
interface Agent {
  role: SegmentRole
  readonly leaving: Map<string, boolean>
  readonly up: Set<string>
}

/** Agents that follow orders one by one, open pipes at their leisure, and hear each other by the rule of roles. */
export class Agents {
  readonly all = new Map<string, Agent>()

  take(node: string, { role, peers }: StepPlace): void {
    const { up } = this.all.get(node) ?? { up: new Set<string>() }
    const leaving = new Map(peers.map((peer) => [peer.node, peer.leaving]))
    for (const peer of up) if (!leaving.has(peer)) this.cut([node, peer])
    this.all.set(node, { role, leaving, up })
  }

  close(node: string): void {
    for (const peer of this.all.get(node)?.up ?? []) this.cut([node, peer])
    this.all.delete(node)
  }

  /** Pipes that both ends know of and that are not up. */
  missing(): readonly (readonly [string, string])[] {
    return [...this.all].flatMap(([node, { leaving, up }]) =>
      [...leaving.keys()]
        .filter((peer) => node < peer && !up.has(peer) && this.all.get(peer)?.leaving.has(node) === true)
        .map((peer) => [node, peer] as const),
    )
  }

  /** Pipes that are up. */
  pipes(): readonly (readonly [string, string])[] {
    return [...this.all].flatMap(([node, { up }]) => [...up].filter((peer) => node < peer).map((peer) => [node, peer] as const))
  }

  connect([one, other]: readonly [string, string]): void {
    this.all.get(one)?.up.add(other)
    this.all.get(other)?.up.add(one)
  }

  /** The pipe breaks; it comes up again by {@link Agents.connect}. */
  cut([one, other]: readonly [string, string]): void {
    this.all.get(one)?.up.delete(other)
    this.all.get(other)?.up.delete(one)
  }

  /** By which peers each node hears an author. */
  heard(author: string): ReadonlyMap<string, ReadonlySet<string>> {
    const heard = new Map<string, Set<string>>()
    const tell = (node: string, from: string | undefined): void => {
      const { role, up } = this.all.get(node) ?? {}
      for (const peer of up ?? []) {
        if (peer === from || peer === author || !this.#forwards({ self: role, from, to: peer })) continue
        const known = heard.get(peer) ?? new Set()
        if (known.has(node)) continue
        heard.set(peer, known.add(node))
        tell(peer, node)
      }
    }
    tell(author, undefined)
    return heard
  }

  /** What each says of its edges: of those that leave, one is needed where it is the best by which an author is heard. */
  standing(): readonly Standing[] {
    const needed = new Map([...this.all.keys()].map((node) => [node, new Set<string>()]))
    for (const author of this.all.keys()) {
      for (const [node, vias] of this.heard(author)) {
        const leaves = (via: string): boolean => this.all.get(node)?.leaving.get(via) ?? false
        const [best] = [...vias].toSorted((a, b) => Number(leaves(a)) - Number(leaves(b)) || (a < b ? -1 : 1))
        if (best !== undefined) needed.get(node)?.add(best)
      }
    }
    return [...this.all].map(([node, { role, leaving, up }]) => ({
      node,
      role,
      up: new Map(
        [...up].map((peer) => [
          peer,
          leaving.get(peer) !== true ? 'stays' : needed.get(node)?.has(peer) === true ? 'needed' : 'spare',
        ]),
      ),
      down: new Map(
        [...leaving].flatMap(([peer, leaves]) => (up.has(peer) ? [] : [[peer, leaves ? 'spare' : 'stays'] as const])),
      ),
    }))
  }

  #forwards(hop: { self: SegmentRole | undefined; from: string | undefined; to: string }): boolean {
    const { self, from, to } = hop
    return from === undefined || passesOn({ self, from: this.all.get(from)?.role, to: this.all.get(to)?.role })
  }
}
