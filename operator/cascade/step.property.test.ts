import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { SegmentRole } from '../../sfu/api/order.ts'
import { aMember } from './aMember.ts'
import { planCascade, type CascadePlace } from './cascade.ts'
import type { CascadeMember, CascadeWish } from './member.ts'
import { planStep, type Standing, type StepPlace } from './step.ts'

/** A media node as far as it passes things on: the last order that it took, and which of its pipes are up. */
interface Agent {
  role: SegmentRole
  readonly leaving: Map<string, boolean>
  readonly up: Set<string>
}

/** Agents that follow orders one by one, open pipes at their leisure, and hear each other by the rule of roles. */
class Agents {
  readonly all = new Map<string, Agent>()

  take(node: string, { role, peers }: StepPlace): void {
    const { up } = this.all.get(node) ?? { up: new Set<string>() }
    const leaving = new Map(peers.map((peer) => [peer.node, peer.leaving]))
    for (const peer of up) if (!leaving.has(peer)) this.#cut(node, peer)
    this.all.set(node, { role, leaving, up })
  }

  close(node: string): void {
    for (const peer of this.all.get(node)?.up ?? []) this.#cut(node, peer)
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

  connect([one, other]: readonly [string, string]): void {
    this.all.get(one)?.up.add(other)
    this.all.get(other)?.up.add(one)
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
    }))
  }

  #forwards(hop: { self: SegmentRole | undefined; from: string | undefined; to: string }): boolean {
    if (hop.from === undefined) return true
    if (hop.self !== 'core') return false
    return this.all.get(hop.to)?.role === 'leaf' || this.all.get(hop.from)?.role === 'leaf'
  }

  #cut(one: string, other: string): void {
    this.all.get(one)?.up.delete(other)
    this.all.get(other)?.up.delete(one)
  }
}

/** A meeting of agents, and the operator's view of who should be in it. */
class World {
  readonly agents = new Agents()
  members: readonly CascadeMember[]
  wish: CascadeWish

  constructor(members: readonly CascadeMember[], wish: CascadeWish) {
    this.members = members
    this.wish = wish
    for (const [node, { role, peers }] of planCascade(members, wish)) {
      this.agents.take(node, { role, peers: peers.map((peer) => ({ node: peer, leaving: false })) })
    }
    for (const pair of this.agents.missing()) this.agents.connect(pair)
  }

  target(): ReadonlyMap<string, CascadePlace> {
    const standing = this.agents.standing()
    const observed = this.members.map((member) => {
      const { role, up } = standing.find(({ node }) => node === member.node) ?? {}
      const isCore = (peer: string): boolean => this.agents.all.get(peer)?.role === 'core'
      const parent = role === 'leaf' ? [...(up ?? [])].find(([peer, edge]) => edge === 'stays' && isCore(peer))?.[0] : undefined
      return { ...member, role, parent }
    })
    return planCascade(observed, this.wish)
  }

  step(): ReadonlyMap<string, StepPlace> {
    return planStep(this.agents.standing(), this.target())
  }

  /** Carries the plan out at one node, as far as it concerns it. */
  order(node: string): void {
    const place = this.step().get(node)
    if (place !== undefined) this.agents.take(node, place)
    else if (this.members.every((member) => member.node !== node)) this.agents.close(node)
  }

  /** Which of `nodes` do not hear of each other. */
  deaf(nodes: readonly string[]): readonly string[] {
    return nodes.flatMap((author) => {
      const heard = this.agents.heard(author)
      return nodes.filter((node) => node !== author && !heard.has(node)).map((node) => `${node} does not hear ${author}`)
    })
  }
}

const wish = fc.record({
  topology: fc.constantFrom('Auto' as const, 'Mesh' as const, 'Star' as const),
  mode: fc.constantFrom('meeting' as const, 'stage' as const),
})
/** Segments of a meeting: where a node is and since when never changes, who publishes does. */
const someMembers = (minLength: number): fc.Arbitrary<CascadeMember[]> =>
  fc
    .uniqueArray(fc.record({ index: fc.nat(7), publishers: fc.nat(1) }), {
      selector: ({ index }) => index,
      minLength,
      maxLength: 8,
    })
    .map((all) =>
      all.map(({ index, publishers }) =>
        aMember('abcdefgh'.charAt(index), { region: ['eu', 'us', 'ap'][index % 3] ?? '', sinceMs: (index * 5) % 8, publishers }),
      ),
    )

test('whatever one cascade becomes, in whatever order its nodes hear of it, nobody who stays ever loses anybody', () => {
  fc.assert(
    fc.property(
      someMembers(2),
      wish,
      someMembers(1),
      wish,
      fc.infiniteStream(fc.nat()),
      (before, wishBefore, after, wishAfter, chance) => {
        const next = (bound: number): number => (chance.next().value ?? 0) % bound
        const world = new World(before, wishBefore)
        const stay = before.filter(({ node }) => after.some((member) => member.node === node)).map(({ node }) => node)
        expect(world.deaf(stay)).toEqual([])
        world.members = after
        world.wish = wishAfter
        for (let turn = 0; turn < 400; turn++) {
          const missing = world.agents.missing()
          const nodes = [...new Set([...after.map(({ node }) => node), ...world.agents.all.keys()])]
          const pick = next(nodes.length + missing.length)
          const pair = missing[pick - nodes.length]
          if (pair === undefined) world.order(nodes[pick] ?? '')
          else world.agents.connect(pair)
          expect(world.deaf(stay)).toEqual([])
        }
        expect(world.deaf(after.map(({ node }) => node))).toEqual([])
        const stands = [...world.agents.all].map(([node, { role, up }]) => `${node} ${role} ${[...up].toSorted().join(' ')}`)
        const wanted = [...world.target()].map(([node, { role, peers }]) => `${node} ${role} ${peers.join(' ')}`)
        expect(stands.toSorted()).toEqual(wanted.toSorted())
      },
    ),
    { numRuns: 20 },
  )
})
