import { QueueMap } from './queueMap.ts'

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

/** Media nodes that failed participants of one meeting lately: a request names them once, and the next may come from elsewhere without them. */
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
