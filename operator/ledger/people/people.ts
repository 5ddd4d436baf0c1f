import type { SegmentReport } from '../../../sfu/api/order.ts'
import { grantLifetimeMs } from '../../../sfu/api/tokens.ts'
import { Queue } from '../collections/queue.ts'
import { QueueMap } from '../collections/queueMap.ts'
import { Stay, Stays, type Crowd, type NewPlacement, type Placement } from './stay.ts'

/** A grant that was not used by then never will be: its lifetime, and the skew that media nodes forgive. */
export const seatMs = grantLifetimeMs + 10_000
/** For how long somebody who left may come back into a locked meeting. */
const comeBackMs = 300_000
const rememberedAtMost = 1_000

const none: readonly number[] = []

/** The people of one meeting, by participant and by node: who holds a seat, and who left lately. */
export class People {
  /** The latest stay of each; the others hang on it. A stay is known by its participant and its attachment. */
  readonly #byParticipant = new Map<string, Stay>()
  /** By node, in one chain: as many as the meeting ever had nodes. */
  #stays: Stays | undefined
  /** In the order of the grants: the first is the first to expire. */
  readonly #granted = new Queue<Stay>()
  /** When who left; most meetings are too young to need it. */
  #left: QueueMap<number> | undefined
  #seats = 0
  #attached = 0

  /** Seats that are taken, by grant or by presence; who is only hidden needs none. */
  get seats(): number {
    return this.#seats
  }

  /** Attachments that the media nodes told of, hidden ones and a moving participant's second one included. */
  get attachments(): number {
    return this.#attached
  }

  /** Whether a participant is in, or was until lately. */
  knows(participant: string, nowMs: number): boolean {
    const leftAtMs = this.#left?.get(participant)
    return this.#byParticipant.has(participant) || (leftAtMs !== undefined && nowMs - leftAtMs < comeBackMs)
  }

  /** Whether a participant holds a seat now. */
  has(participant: string): boolean {
    return this.#byParticipant.has(participant)
  }

  /** Whether a media node told that the participant is attached, and not hidden: they are in the meeting, as everybody sees. */
  isSeated(participant: string): boolean {
    let stay = this.#byParticipant.get(participant)
    while (stay !== undefined && (!stay.attached || stay.hidden)) stay = stay.older
    return stay !== undefined
  }

  /** Seats that others have than the participant. */
  seatsBeside(participant: string): number {
    return this.#seats - Number(this.#needsSeat(participant))
  }

  /** How many seats are taken on each node: somebody on the way from one to another counts where they go. */
  seatsByNode(): ReadonlyMap<string, number> {
    const seats = new Map<string, number>()
    for (const latest of this.#byParticipant.values()) {
      let stay: Stay | undefined = latest
      while (stay?.hidden === true) stay = stay.older
      if (stay !== undefined) seats.set(stay.node, (seats.get(stay.node) ?? 0) + 1)
    }
    return seats
  }

  /** The highest attachment that a participant has, attached or granted. */
  latestOf(participant: string): string | undefined {
    let latest: string | undefined
    for (let stay = this.#byParticipant.get(participant); stay !== undefined; stay = stay.older)
      if (latest === undefined || stay.attachment > latest) latest = stay.attachment
    return latest
  }

  /** One stay of a participant, attached or granted. */
  stay(participant: string, attachment: string): Placement | undefined {
    return this.#find(participant, attachment)
  }

  /** Whether a participant is attached on one node. */
  isOn(participant: string, node: string): boolean {
    let stay = this.#byParticipant.get(participant)
    while (stay !== undefined && !(stay.attached && stay.node === node)) stay = stay.older
    return stay !== undefined
  }

  /** Attachments and unused grants on one node. */
  countOn(node: string): number {
    return this.#at(node)?.size ?? 0
  }

  /** The people on one node, those who come later included. */
  on(node: string): Crowd {
    return this.#on(node)
  }

  grant(placement: NewPlacement): Placement {
    const known = this.#find(placement.participant, placement.attachment)
    if (known !== undefined) this.#take(known)
    const stay = this.#put(new Stay(placement, false))
    this.#granted.put(stay)
    return stay
  }

  /**
   * Takes over what a node says about who is attached there. Grants that are not used yet stay. An attachment is of one node for good:
   * what a node says of another's changes nothing. Returns who left.
   */
  report(node: string, participants: SegmentReport['participants'], nowMs: number): readonly Placement[] {
    const reported = new Set(participants.map((participant) => this.#attach(node, participant, nowMs)))
    const gone = [...(this.#at(node) ?? [])].filter((stay) => stay.attached && !reported.has(stay))
    for (const stay of gone) this.#remove(stay, nowMs)
    return gone
  }

  /** The other node on which this process placed an attachment; undefined where that node, or nobody, did. */
  placedElsewhere(told: { node: string; participant: string; attachment: string }): string | undefined {
    const known = this.#find(told.participant, told.attachment)
    return known === undefined || known.node === told.node || known.reason === '' ? undefined : known.node
  }

  /**
   * Those of whom a node tells for the first time that they do what they came for: who may publish does, who may not is there. From now on
   * what they cost is measured.
   */
  beginToShow(participants: SegmentReport['participants']): readonly Placement[] {
    return participants.flatMap(({ participant, attachment, publishing }) => {
      const stay = this.#find(participant, attachment)
      if (stay === undefined || stay.shows || !stay.attached || (stay.publishes && !publishing)) return []
      stay.shows = true
      return [stay]
    })
  }

  /** What was reserved for the participant by grants that are not used yet: the next one takes their place. */
  unusedReservations(participant: string): readonly number[] {
    let found: number[] | undefined
    for (let stay = this.#byParticipant.get(participant); stay !== undefined; stay = stay.older)
      if (!stay.attached && stay.reservation !== undefined) (found ??= []).push(stay.reservation)
    return found ?? none
  }

  /** Ends one attachment; undefined where it is not known. */
  release(participant: string, attachment: string, nowMs: number): Placement | undefined {
    const stay = this.#find(participant, attachment)
    if (stay !== undefined) this.#remove(stay, nowMs)
    return stay
  }

  /** The node is lost: nobody is there any more, and its grants lead nowhere. */
  dropNode(node: string, nowMs: number): readonly Placement[] {
    const dropped = [...(this.#at(node) ?? [])]
    for (const stay of dropped) this.#remove(stay, nowMs)
    return dropped
  }

  /** How many are remembered who left: those who may come back, and not more than a thousand. */
  get remembered(): number {
    return this.#left?.size ?? 0
  }

  /** Frees the seats of grants that were not used in time, and forgets who left too long ago to come back. */
  sweep(nowMs: number): readonly Placement[] {
    this.#forget(nowMs)
    const expired: Placement[] = []
    for (let first = this.#granted.first(); first !== undefined; first = this.#granted.first()) {
      if (nowMs - first.sinceMs <= seatMs) break
      expired.push(first)
      this.#remove(first, nowMs)
    }
    return expired
  }

  /** When the next unused grant expires. */
  nextExpiryMs(): number | undefined {
    const first = this.#granted.first()
    return first === undefined ? undefined : first.sinceMs + seatMs + 1
  }

  #at(node: string): Stays | undefined {
    let stays = this.#stays
    while (stays !== undefined && stays.node !== node) stays = stays.others
    return stays
  }

  #on(node: string): Stays {
    const known = this.#at(node)
    if (known !== undefined) return known
    this.#stays = new Stays(node, this.#stays)
    return this.#stays
  }

  #find(participant: string, attachment: string): Stay | undefined {
    let stay = this.#byParticipant.get(participant)
    while (stay !== undefined && stay.attachment !== attachment) stay = stay.older
    return stay
  }

  /** A node tells that somebody is attached there: mostly the holder of a grant. */
  #attach(node: string, told: SegmentReport['participants'][number], nowMs: number): Stay | undefined {
    const { participant, attachment, hidden } = told
    const known = this.#find(participant, attachment)
    if (known !== undefined && known.node !== node) return undefined
    if (known === undefined)
      return this.#put(
        new Stay(
          { participant, attachment, node, hidden, sinceMs: nowMs, reason: '', publishes: false, reservation: undefined },
          true,
        ),
      )
    if (known.hidden !== hidden) {
      this.#take(known)
      const { sinceMs, reason, publishes, reservation } = known
      return this.#put(new Stay({ participant, attachment, node, hidden, sinceMs, reason, publishes, reservation }, true))
    }
    this.#granted.delete(known)
    if (!known.attached) this.#attached += 1
    known.attached = true
    return known
  }

  /** Whether a participant needs a seat: not one whose stays are all hidden. */
  #needsSeat(participant: string): boolean {
    let stay = this.#byParticipant.get(participant)
    while (stay?.hidden === true) stay = stay.older
    return stay !== undefined
  }

  #put(stay: Stay): Stay {
    const { participant, node, hidden, attached } = stay
    const needed = this.#needsSeat(participant)
    stay.older = this.#byParticipant.get(participant)
    this.#byParticipant.set(participant, stay)
    this.#on(node).add(stay)
    this.#attached += Number(attached)
    this.#seats += Number(!hidden && !needed)
    this.#left?.delete(participant)
    return stay
  }

  /** Takes a stay out of the maps. */
  #take(stay: Stay): void {
    const { node, participant } = stay
    const needed = this.#needsSeat(participant)
    this.#unchain(stay)
    this.#seats -= Number(needed && !this.#needsSeat(participant))
    this.#granted.delete(stay)
    this.#attached -= Number(stay.attached)
    this.#on(node).delete(stay)
  }

  #unchain(stay: Stay): void {
    const { participant, older } = stay
    let newer = this.#byParticipant.get(participant)
    if (newer !== stay) {
      while (newer !== undefined && newer.older !== stay) newer = newer.older
      if (newer !== undefined) newer.older = older
    } else if (older === undefined) this.#byParticipant.delete(participant)
    else this.#byParticipant.set(participant, older)
    stay.older = undefined
  }

  #remove(stay: Stay, nowMs: number): void {
    const { participant } = stay
    this.#take(stay)
    if (this.#byParticipant.has(participant)) return
    this.#left ??= new QueueMap()
    this.#left.put(participant, nowMs)
    this.#forget(nowMs)
  }

  #forget(nowMs: number): void {
    for (let first = this.#left?.first(); first !== undefined; first = this.#left?.first()) {
      if (this.remembered <= rememberedAtMost && nowMs - first.item < comeBackMs) return
      this.#left?.delete(first.key)
    }
  }
}
