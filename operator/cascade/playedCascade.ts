import type { Fence } from '../../sfu/api/order.ts'
import { planCascade, type CascadePlace } from './cascade.ts'
import type { CascadeMember, CascadeWish } from './member.ts'
import { Agents } from './playedAgents.ts'
import type { Standing } from './standing.ts'
import { planStep, type StepPlace } from './step.ts'

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
