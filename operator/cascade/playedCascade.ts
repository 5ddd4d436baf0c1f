import type { Fence, SegmentRole } from '../../sfu/api/order.ts'
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
    if (hop.from === undefined) return true
    if (hop.self !== 'core') return false
    return this.all.get(hop.to)?.role === 'leaf' || this.all.get(hop.from)?.role === 'leaf'
  }
}

/** A meeting of agents, and the operator's view of who should be in it: by what each agent told last. */
export class World {
  readonly agents = new Agents()
  members: readonly CascadeMember[]
  wish: CascadeWish
  readonly #told = new Map<string, Standing>()
  readonly #sent = new Map<string, NonNullable<Standing['sent']>>()
  /** Of the last order that each took. */
  readonly #taken = new Map<string, Fence>()
  #generation = 1

  constructor(members: readonly CascadeMember[], wish: CascadeWish) {
    this.members = members
    this.wish = wish
    for (const [node, { role, peers }] of planCascade(members, wish)) {
      this.agents.take(node, { role, peers: peers.map((peer) => ({ node: peer, leaving: false })) })
    }
    for (const pair of this.agents.missing()) this.agents.connect(pair)
    this.tellAll()
  }

  /** All who should be there or are. */
  nodes(): readonly string[] {
    return [...new Set([...this.members.map(({ node }) => node), ...this.agents.all.keys()])]
  }

  target(): ReadonlyMap<string, CascadePlace> {
    const observed = this.members.map((member) => {
      const { role, up } = this.#told.get(member.node) ?? {}
      const isCore = (peer: string): boolean => this.#told.get(peer)?.role === 'core'
      const parent = role === 'leaf' ? [...(up ?? [])].find(([peer, edge]) => edge === 'stays' && isCore(peer))?.[0] : undefined
      return { ...member, role, parent }
    })
    return planCascade(observed, this.wish)
  }

  /** The operator hears how a node stands now. */
  tell(node: string): void {
    const standing = this.agents.standing().find((each) => each.node === node)
    if (standing === undefined) this.#told.delete(node)
    else this.#told.set(node, { ...standing, fence: this.#taken.get(node) ?? { epoch: 1, generation: 1 } })
  }

  tellAll(): void {
    for (const node of this.nodes()) this.tell(node)
  }

  /** Carries the plan out at one node, as far as it concerns it and the order arrives; the node answers how it stands then, if that arrives. */
  order(node: string, lost?: 'order' | 'answer'): void {
    const place = planStep(this.#standing(), this.target()).get(node)
    if (place !== undefined) {
      this.#generation += 1
      const sent = { epoch: 1, generation: this.#generation, role: place.role }
      this.#sent.set(node, sent)
      if (lost !== 'order') this.#take(node, place, sent)
    } else if (lost !== 'order' && this.members.every((member) => member.node !== node)) this.agents.close(node)
    if (lost === undefined) this.tell(node)
  }

  #take(node: string, place: StepPlace, fence: Fence): void {
    this.#taken.set(node, fence)
    this.agents.take(node, place)
  }

  #standing(): readonly Standing[] {
    return [...this.#told.values()].map((told) => {
      const sent = this.#sent.get(told.node)
      return sent === undefined ? told : { ...told, sent }
    })
  }

  /** Which of `nodes` do not hear of each other. */
  deaf(nodes: readonly string[]): readonly string[] {
    return nodes.flatMap((author) => {
      const heard = this.agents.heard(author)
      return nodes.filter((node) => node !== author && !heard.has(node)).map((node) => `${node} does not hear ${author}`)
    })
  }
}
