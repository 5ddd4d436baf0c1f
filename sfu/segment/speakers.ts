import type { Clock, Timer } from '../../kit/clock.ts'
import { levelsPeriodMs } from '../api/edge.ts'
import type { SegmentRole } from '../api/order.ts'
import type { Speakers } from '../api/session.ts'

export type Speaker = Speakers['speakers'][number]

/** How many speakers the meeting's list has. */
const listed = 5
/** Someone counts as speaking for this long after they were last heard, so that the pause between two words is not a silence. */
export const speakerHoldMs = 1_000
/** Period of the list and of what goes over edges while anyone speaks. */
export const speakersPeriodMs = levelsPeriodMs
/** A list is told anew when somebody's level moved by this much, in dB. */
const levelStepDb = 6

/** The loudest of all that was heard, loudest first, each person once. Ties are broken by name, so that all nodes agree. */
export function rank(heard: readonly (readonly Speaker[])[]): readonly Speaker[] {
  const loudest = new Map<string, number>()
  for (const { participant, dBov } of heard.flat()) loudest.set(participant, Math.max(dBov, loudest.get(participant) ?? -127))
  return [...loudest]
    .map(([participant, dBov]) => ({ participant, dBov }))
    .toSorted((a, b) => b.dBov - a.dBov || (a.participant < b.participant ? -1 : 1))
    .slice(0, listed)
}

/** A peer as it matters for who publishes. */
export interface SpeakerPeer {
  readonly node: string
  readonly role: SegmentRole
}

/** Which node publishes the list: of the core nodes that are connected, the one with the smallest name; a leaf without a core itself. */
export function publisherOf(self: SpeakerPeer, connected: readonly SpeakerPeer[]): string {
  const cores = connected.filter(({ role }) => role === 'core').map(({ node }) => node)
  if (self.role === 'core') cores.push(self.node)
  return cores.toSorted()[0] ?? self.node
}

/** Options of {@link SpeakerBoard}. */
export interface SpeakerBoardOptions {
  readonly clock: Clock
  readonly self: () => SpeakerPeer
  /** The peers whose edges are up. */
  readonly connected: () => readonly SpeakerPeer[]
  /** The meeting's list changed, for sessions. */
  readonly onList: (list: Speakers) => void
  /** What this segment hears goes to these peers. */
  readonly sendLevels: (to: readonly string[], levels: readonly Speaker[]) => void
  /** The list goes to these peers. */
  readonly sendList: (to: readonly string[], author: string, list: Speakers) => void
}

/** One person's level, and when it was heard last. */
interface Heard {
  readonly dBov: number
  readonly atMs: number
}

function moved(before: readonly Speaker[], after: readonly Speaker[]): boolean {
  if (before.length !== after.length) return true
  return after.some(({ participant, dBov }, index) => {
    const known = before[index]
    return known?.participant !== participant || Math.abs(known.dBov - dBov) >= levelStepDb
  })
}

/**
 * Who speaks. Each segment tells what it hears towards the one that publishes; that one ranks all and numbers its list; the others apply
 * it and pass it to their leaves. The numbers that sessions see rise whoever publishes.
 */
export class SpeakerBoard {
  readonly #options: SpeakerBoardOptions
  readonly #heard = new Map<string, Map<string, Heard>>()
  #list: Speakers = { seq: 0, speakers: [] }
  #timer: Timer | undefined

  constructor(options: SpeakerBoardOptions) {
    this.#options = options
  }

  get list(): Speakers {
    return this.#list
  }

  /** People are this loud now: this node's own (`from` is its name), or what a peer's side hears. */
  hear(from: string, levels: readonly Speaker[]): void {
    const atMs = this.#options.clock.monotonicMs()
    const heard = this.#heard.get(from) ?? new Map<string, Heard>()
    for (const { participant, dBov } of levels) heard.set(participant, { dBov, atMs })
    this.#heard.set(from, heard)
    this.#arm()
  }

  /** A peer told the meeting's list, which `author` publishes. */
  hearList(from: string, author: string, told: Speakers): void {
    const { self, connected, sendList } = this.#options
    const { node, role } = self()
    if (author === node) return
    const publishes = role === 'leaf' || publisherOf(self(), connected()) === author
    if (!publishes) return
    this.#show(told.speakers, told.seq)
    if (role === 'core') sendList(this.#leavesBut(from), author, { seq: told.seq, speakers: told.speakers })
  }

  /** Forgets what an edge told. */
  forget(from: string): void {
    this.#heard.delete(from)
    this.#arm()
  }

  close(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #leavesBut(but: string): readonly string[] {
    return this.#options
      .connected()
      .filter(({ role, node }) => role === 'leaf' && node !== but)
      .map(({ node }) => node)
  }

  #arm(): void {
    this.#timer ??= this.#options.clock.after(speakersPeriodMs, () => {
      this.#timer = undefined
      this.#tick()
      if (this.#heard.size > 0) this.#arm()
    })
  }

  #tick(): void {
    const { self, connected } = this.#options
    this.#expire()
    const me = self()
    const publisher = publisherOf(me, connected())
    if (publisher === me.node) this.#publish()
    else this.#report(publisher)
  }

  #expire(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const [from, heard] of this.#heard) {
      for (const [participant, { atMs }] of heard) if (nowMs - atMs >= speakerHoldMs) heard.delete(participant)
      if (heard.size === 0) this.#heard.delete(from)
    }
  }

  #levelsOf(from: string): readonly Speaker[] {
    return [...(this.#heard.get(from) ?? [])].map(([participant, { dBov }]) => ({ participant, dBov }))
  }

  #publish(): void {
    const speakers = rank([...this.#heard.keys()].map((from) => this.#levelsOf(from)))
    if (!moved(this.#list.speakers, speakers)) return
    this.#show(speakers, 0)
    const { self, connected, sendList } = this.#options
    sendList(
      connected().map(({ node }) => node),
      self().node,
      this.#list,
    )
  }

  /** Tells the publisher what is heard here and behind this node's leaves. */
  #report(publisher: string): void {
    const { connected, sendLevels } = this.#options
    const cores = new Set(connected().flatMap(({ node, role }) => (role === 'core' ? [node] : [])))
    const levels = rank([...this.#heard.keys()].filter((from) => !cores.has(from)).map((from) => this.#levelsOf(from)))
    if (levels.length > 0 && cores.has(publisher)) sendLevels([publisher], levels)
  }

  #show(speakers: readonly Speaker[], seq: number): void {
    this.#list = { seq: Math.max(this.#list.seq + 1, seq), speakers: [...speakers] }
    this.#options.onList(this.#list)
  }
}
