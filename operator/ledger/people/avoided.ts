import { QueueMap } from '../collections/queueMap.ts'

/** For how long a participant is kept from a media node that failed them: by then a passing fault is over, or the node is known to be lost. */
export const avoidForMs = 60_000
/** Of one meeting; the longest known go first. */
const participantsAtMost = 1_000
/** Of one participant; the request takes as many. */
const nodesAtMost = 16

interface Failed {
  readonly nodes: readonly string[]
  readonly untilMs: number
}

/**
 * Media nodes that failed participants of one meeting lately: a request names them once, and the next may come from elsewhere without them.
 * The rule of who may be taken again, which `place` follows and the invariant `returns` of the simulation holds it to:
 *
 * - A node has failed a participant from when they are placed without it, by their own word, while it should serve people (`haveFailed`). Who is
 *   turned away asks again with the same words, so nothing is kept of that.
 * - They are kept from all nodes that failed them until {@link avoidForMs} after the last one did, as long as any other takes them.
 * - Where no other does, each of those is taken again that the request itself does not exclude.
 * - Who is meant for a node goes there: they were told to move, or their node was lost.
 * - It is known to the operator that placed them, in memory, and to no other.
 */
export class Avoided {
  readonly #byParticipant = new QueueMap<Failed>()

  /** The nodes failed the participant; the ones that did before go on being avoided. */
  note(participant: string, nodes: readonly string[], nowMs: number): void {
    const all = new Set([...this.of(participant, nowMs), ...nodes])
    this.#byParticipant.put(participant, { nodes: [...all].slice(-nodesAtMost), untilMs: nowMs + avoidForMs })
    for (let first = this.#byParticipant.first(); first !== undefined; first = this.#byParticipant.first()) {
      if (first.item.untilMs > nowMs && this.#byParticipant.size <= participantsAtMost) return
      this.#byParticipant.delete(first.key)
    }
  }

  /** The nodes that the participant is kept from, if there are others. */
  of(participant: string, nowMs: number): readonly string[] {
    const failed = this.#byParticipant.get(participant)
    return failed === undefined || failed.untilMs <= nowMs ? [] : failed.nodes
  }
}
