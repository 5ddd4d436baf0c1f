import type { MoveAnswer, MoveRequest } from './move.ts'
import type { Explanation, PlacementAnswer, PlacementRequest } from './placement.ts'
import type { Topology } from './topology.ts'

/** A meeting by its name, before its incarnation is known. */
export interface MeetingName {
  readonly namespace: string
  readonly name: string
}

/**
 * What a signaling service needs of the operator. The implementation keeps the topology by its stream, retries with jitter, and places
 * by rendezvous hashing (fallback) when no operator answers.
 */
export interface PlacementClient {
  /** Where this participant goes. Throws coded errors only for what no placement can answer (unauthorized, no_snapshot, ...). */
  place(meeting: MeetingName, request: PlacementRequest, signal?: AbortSignal): Promise<PlacementAnswer>
  /** Tells that an attachment ended. Best effort: the media node's report says it too. */
  release(meeting: MeetingName, participant: string, attachment: string): Promise<void>
  /** Sends one participant to another media node; needs the verb `move`. */
  move(meeting: MeetingName, order: MoveRequest & { readonly participant: string }, signal?: AbortSignal): Promise<MoveAnswer>
  explain(meeting: MeetingName, signal?: AbortSignal): Promise<Explanation>
  /** The last topology that is known, however old; undefined before the first. */
  topology(): Topology | undefined
  /** Calls `listener` at each change; returns what stops it. */
  onTopology(listener: (topology: Topology) => void): () => void
  close(): Promise<void>
}
