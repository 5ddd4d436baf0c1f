import { QueueMap } from '../collections/queueMap.ts'

/** For how long a participant is kept from a media node that failed them: by then a passing fault is over, or the node is known to be lost. */
export const avoidForMs = 60_000
/** Of one meeting; the longest known go first. */
const participantsAtMost = 1_000
/** Of one participant; the request takes as many. */
const nodesAtMost = 16

/** Why somebody is kept from a media node: it failed them, or somebody asked that they be moved from it. */
export type AvoidedSince = 'failure' | 'move'

/** A media node that somebody is kept from. */
export interface AvoidedNode {
  readonly node: string
  readonly since: AvoidedSince
}

interface Kept {
  readonly nodes: readonly AvoidedNode[]
  readonly untilMs: number
}

const none: readonly AvoidedNode[] = []

/**
 * Media nodes that failed participants of one meeting lately, or that they were moved from: a request names them once, and the next may come from
 * elsewhere without them.
 * The rule of who may be taken again, which `place` follows and the invariant `returns` of the simulation holds it to:
 *
 * - A node has failed a participant from when they are placed without it, by their own word, while it should serve people (`haveFailed`). Who is
 *   turned away asks again with the same words, so nothing is kept of that. One that they were moved from on request is named by their client too, and
 *   would have them back at once: they are kept from it likewise, and told that.
 * - They are kept from all nodes that failed them until {@link avoidForMs} after the last one did, as long as any other takes them.
 * - Where no other does, each of those is taken again that the request itself does not exclude.
 * - Who is meant for a node goes there: they were told to move, or their node was lost.
 * - It is known to the operator that placed them, in memory, and to no other.
 */
export class Avoided {
  readonly #byParticipant = new QueueMap<Kept>()

  /** The participant is to be kept from the nodes; from those before them they go on to be. */
  note(participant: string, nodes: readonly AvoidedNode[], nowMs: number): void {
    const all = new Map([...this.of(participant, nowMs), ...nodes].map((kept) => [kept.node, kept]))
    this.#byParticipant.put(participant, { nodes: [...all.values()].slice(-nodesAtMost), untilMs: nowMs + avoidForMs })
    for (let first = this.#byParticipant.first(); first !== undefined; first = this.#byParticipant.first()) {
      if (first.item.untilMs > nowMs && this.#byParticipant.size <= participantsAtMost) return
      this.#byParticipant.delete(first.key)
    }
  }

  /** The nodes that the participant is kept from, if there are others. */
  of(participant: string, nowMs: number): readonly AvoidedNode[] {
    const kept = this.#byParticipant.get(participant)
    return kept === undefined || kept.untilMs <= nowMs ? none : kept.nodes
  }
}
