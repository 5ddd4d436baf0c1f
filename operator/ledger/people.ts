import type { SegmentReport } from '../../sfu/api/order.ts'
import { grantLifetimeMs } from '../../sfu/api/tokens.ts'
import { QueueMap } from './queueMap.ts'

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
  readonly #byAttachment = new Map<string, Placement>()
  readonly #byParticipant = new Map<string, readonly Placement[]>()
  readonly #byNode = new Map<string, Set<Placement>>()
  /** In the order of their grants: the first is the first to expire. */
  readonly #granted = new QueueMap<Placement>()
  readonly #left = new QueueMap<number>()
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
    this.#granted.put(placement.attachment, granted)
  }

  /** Takes over what a node says about who is attached there. Grants that are not used yet stay. Returns who left. */
  report(node: string, participants: SegmentReport['participants'], nowMs: number): readonly Placement[] {
    const reported = new Set(participants.map(({ attachment }) => attachment))
    const gone = [...(this.#byNode.get(node) ?? [])].filter((each) => each.attached && !reported.has(each.attachment))
    for (const { participant, attachment, hidden } of participants) {
      const known = this.#byAttachment.get(attachment)
      if (known?.attached === true && known.node === node) continue
      this.#granted.delete(attachment)
      this.#put({ participant, attachment, node, hidden, attached: true, sinceMs: known?.sinceMs ?? nowMs })
    }
    for (const placement of gone) this.#remove(placement, nowMs)
    return gone
  }

  /** Ends one attachment; undefined where it is not known. */
  release(participant: string, attachment: string, nowMs: number): Placement | undefined {
    const placement = this.#byAttachment.get(attachment)
    if (placement?.participant !== participant) return undefined
    this.#remove(placement, nowMs)
    return placement
  }

  /** The node is lost: nobody is there any more, and its grants lead nowhere. */
  dropNode(node: string, nowMs: number): readonly Placement[] {
    const dropped = [...(this.#byNode.get(node) ?? [])]
    for (const placement of dropped) this.#remove(placement, nowMs)
    return dropped
  }

  /** Frees the seats of grants that were not used in time. */
  sweep(nowMs: number): readonly Placement[] {
    const expired: Placement[] = []
    for (let first = this.#granted.first(); first !== undefined; first = this.#granted.first()) {
      if (nowMs - first.item.sinceMs <= seatMs) break
      expired.push(first.item)
      this.#remove(first.item, nowMs)
    }
    return expired
  }

  /** When the next unused grant expires. */
  nextExpiryMs(): number | undefined {
    const first = this.#granted.first()
    return first === undefined ? undefined : first.item.sinceMs + seatMs + 1
  }

  #put(placement: Placement): void {
    const { node, participant, attachment } = placement
    const previous = this.#byAttachment.get(attachment)
    if (previous !== undefined) this.#take(previous)
    const others = this.#byParticipant.get(participant)
    if (others === undefined && placement.hidden) this.#hidden.add(participant)
    this.#byParticipant.set(participant, others === undefined ? [placement] : [...others, placement])
    this.#byAttachment.set(attachment, placement)
    const there = this.#byNode.get(node)
    if (there === undefined) this.#byNode.set(node, new Set([placement]))
    else there.add(placement)
    this.#attached += Number(placement.attached)
    this.#left.delete(participant)
  }

  /** Takes a placement out of the maps. */
  #take(placement: Placement): void {
    const { node, participant, attachment } = placement
    this.#byAttachment.delete(attachment)
    this.#granted.delete(attachment)
    this.#attached -= Number(placement.attached)
    const there = this.#byNode.get(node)
    there?.delete(placement)
    if (there?.size === 0) this.#byNode.delete(node)
    const others = this.#byParticipant.get(participant)?.filter((each) => each !== placement) ?? []
    if (others.length > 0) this.#byParticipant.set(participant, others)
    else this.#byParticipant.delete(participant)
  }

  #remove(placement: Placement, nowMs: number): void {
    const { participant, attachment } = placement
    if (this.#byAttachment.get(attachment) !== placement) return
    this.#take(placement)
    if (this.#byParticipant.has(participant)) return
    this.#hidden.delete(participant)
    this.#left.put(participant, nowMs)
    const oldest = this.#left.first()
    if (this.#left.size > rememberedAtMost && oldest !== undefined) this.#left.delete(oldest.key)
  }
}
