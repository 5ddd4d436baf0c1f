import type { SegmentReport } from '../../sfu/api/order.ts'
import { grantLifetimeMs } from '../../sfu/api/tokens.ts'

/** One stay of a participant on one media node: granted, and from the node's first word about it attached. */
export interface Placement {
  readonly participant: string
  readonly attachment: string
  readonly node: string
  readonly hidden: boolean
  readonly attached: boolean
  readonly sinceMs: number
}

/** A grant that was not used by then never will be: its lifetime, and the skew that media nodes forgive. */
const seatMs = grantLifetimeMs + 10_000
/** For how long somebody who left may come back into a locked meeting. */
const comeBackMs = 300_000
const rememberedAtMost = 1_000

/** The people of one meeting, by participant and by node: who holds a seat, and who left lately. */
export class People {
  readonly #byNode = new Map<string, Map<string, Placement>>()
  readonly #byParticipant = new Map<string, Map<string, Placement>>()
  /** In the order of their grants: the first is the first to expire. */
  readonly #granted = new Map<string, Placement>()
  readonly #left = new Map<string, number>()
  readonly #hidden = new Set<string>()
  #attached = 0

  /** Seats that are taken, by grant or by presence; hidden participants need none. */
  get seats(): number {
    return this.#byParticipant.size - this.#hidden.size
  }

  /** Attachments that the media nodes told of, hidden ones and a moving participant's second one included. */
  get attachments(): number {
    return this.#attached
  }

  /** Whether a participant is in, or was until lately. */
  knows(participant: string, nowMs: number): boolean {
    const leftAtMs = this.#left.get(participant)
    return this.#byParticipant.has(participant) || (leftAtMs !== undefined && nowMs - leftAtMs < comeBackMs)
  }

  /** Whether a participant holds a seat now. */
  has(participant: string): boolean {
    return this.#byParticipant.has(participant)
  }

  /** Attachments and unused grants on one node. */
  countOn(node: string): number {
    return this.#byNode.get(node)?.size ?? 0
  }

  nodes(): IterableIterator<string> {
    return this.#byNode.keys()
  }

  grant(placement: Omit<Placement, 'attached'>): void {
    const granted = { ...placement, attached: false }
    this.#put(granted)
    this.#granted.set(placement.attachment, granted)
  }

  /** Takes over what a node says about who is attached there. Grants that are not used yet stay. Returns who left. */
  report(node: string, participants: SegmentReport['participants'], nowMs: number): readonly Placement[] {
    const reported = new Set(participants.map(({ attachment }) => attachment))
    const gone = [...(this.#byNode.get(node)?.values() ?? [])].filter((each) => each.attached && !reported.has(each.attachment))
    for (const { participant, attachment, hidden } of participants) {
      const known = this.#byNode.get(node)?.get(attachment)
      if (known?.attached === true) continue
      this.#granted.delete(attachment)
      this.#put({ participant, attachment, node, hidden, attached: true, sinceMs: known?.sinceMs ?? nowMs })
    }
    for (const placement of gone) this.#remove(placement, nowMs)
    return gone
  }

  /** Ends one attachment; undefined where it is not known. */
  release(participant: string, attachment: string, nowMs: number): Placement | undefined {
    const placement = this.#byParticipant.get(participant)?.get(attachment)
    if (placement !== undefined) this.#remove(placement, nowMs)
    return placement
  }

  /** The node is lost: nobody is there any more, and its grants lead nowhere. */
  dropNode(node: string, nowMs: number): readonly Placement[] {
    const dropped = [...(this.#byNode.get(node)?.values() ?? [])]
    for (const placement of dropped) this.#remove(placement, nowMs)
    return dropped
  }

  /** Frees the seats of grants that were not used in time. */
  sweep(nowMs: number): readonly Placement[] {
    const expired: Placement[] = []
    for (const placement of this.#granted.values()) {
      if (nowMs - placement.sinceMs <= seatMs) break
      expired.push(placement)
    }
    for (const placement of expired) this.#remove(placement, nowMs)
    return expired
  }

  /** When the next unused grant expires. */
  nextExpiryMs(): number | undefined {
    const [first] = this.#granted.values()
    return first === undefined ? undefined : first.sinceMs + seatMs + 1
  }

  #put(placement: Placement): void {
    const { node, participant, attachment } = placement
    const mine = at(this.#byParticipant, participant)
    if (mine.size === 0 && placement.hidden) this.#hidden.add(participant)
    const previous = mine.get(attachment)
    if (previous !== undefined) this.#dropFromNode(previous)
    this.#attached += Number(placement.attached) - Number(previous?.attached ?? false)
    mine.set(attachment, placement)
    at(this.#byNode, node).set(attachment, placement)
    this.#left.delete(participant)
  }

  #dropFromNode({ node, attachment }: Placement): void {
    const there = this.#byNode.get(node)
    there?.delete(attachment)
    if (there?.size === 0) this.#byNode.delete(node)
  }

  #remove(placement: Placement, nowMs: number): void {
    const { participant, attachment } = placement
    const mine = this.#byParticipant.get(participant)
    if (mine?.delete(attachment) !== true) return
    this.#granted.delete(attachment)
    this.#dropFromNode(placement)
    if (placement.attached) this.#attached -= 1
    if (mine.size > 0) return
    this.#byParticipant.delete(participant)
    this.#hidden.delete(participant)
    this.#remember(participant, nowMs)
  }

  #remember(participant: string, nowMs: number): void {
    this.#left.set(participant, nowMs)
    const [oldest] = this.#left.keys()
    if (this.#left.size > rememberedAtMost && oldest !== undefined) this.#left.delete(oldest)
  }
}

/** The inner map at `key`, made where there is none. */
function at(maps: Map<string, Map<string, Placement>>, key: string): Map<string, Placement> {
  const inner = maps.get(key) ?? new Map<string, Placement>()
  maps.set(key, inner)
  return inner
}
