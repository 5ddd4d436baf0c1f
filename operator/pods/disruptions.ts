import type { MediaNode, MediaNodeDisruption } from '../../crds/index.ts'
import { kubeTime } from '../../kit/kubeTime.ts'

/** Why the operator empties a media node. Times are wall clock milliseconds. */
export interface Disruption {
  readonly source: MediaNodeDisruption['source']
  /** One word for programs. */
  readonly reason: string
  /** One line for people. */
  readonly message: string
  readonly sinceMs: number
  /** When whoever is left is disconnected. */
  readonly deadlineMs: number
}

/** What a MediaNode's status tells. */
export function disruptionsOf({ status }: MediaNode): readonly Disruption[] {
  return (status?.disruptions ?? []).map(({ since, deadline, ...what }) => ({
    ...what,
    sinceMs: Date.parse(since),
    deadlineMs: Date.parse(deadline),
  }))
}

/** As a MediaNode's status tells them. */
export function toldDisruptions(disruptions: readonly Disruption[]): readonly MediaNodeDisruption[] {
  return disruptions.map(({ sinceMs, deadlineMs, ...what }) => ({
    ...what,
    since: kubeTime(sinceMs),
    deadline: kubeTime(deadlineMs),
  }))
}

/**
 * The disruptions of all media nodes as they were decided last, which is what their statuses will tell. A replica that begins to lead
 * knows them from there; between decision and write this is the memory, so that nothing is decided twice.
 */
export class Disruptions {
  readonly #decided = new Map<string, readonly Disruption[]>()

  of(node: MediaNode): readonly Disruption[] {
    return this.#decided.get(node.metadata.uid) ?? disruptionsOf(node)
  }

  /** Whether anything is another than before. */
  put(node: MediaNode, disruptions: readonly Disruption[]): boolean {
    const before = JSON.stringify(toldDisruptions(this.of(node)))
    this.#decided.set(node.metadata.uid, disruptions)
    return JSON.stringify(toldDisruptions(disruptions)) !== before
  }

  forget(uid: string): void {
    this.#decided.delete(uid)
  }
}
