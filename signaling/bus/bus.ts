/** One entry of a stream. */
export interface BusEntry {
  /** Position in the stream, `milliseconds-sequence`; rising. The order of the stream is the order of its ids. */
  readonly id: string
  /** What was appended. */
  readonly data: string
}

/** How a stream is kept. */
export interface StreamKeeping {
  /** How many of the last entries are kept: in the stream, and in each replica that follows it, to fill it again after a loss. */
  readonly keep: number
  /** Whether a new follower is given what there was before it came. */
  readonly replay: boolean
}

/** A stream that is followed. */
export interface FollowedStream {
  /** Resolves when what there was has been read, or as soon as it is clear that it cannot be now. */
  readonly ready: Promise<void>
  /** Adds an entry; resolves with its id once it stands in the stream. Raises `unavailable` when that is not sure. */
  append(data: string): Promise<string>
  /** Hears no more. The stream ends by itself some time after its last follower. */
  stop(): void
}

/**
 * Ordered streams that all signaling replicas share, one a meeting and purpose. A follower is given every entry once, in order, however
 * often the store is lost meanwhile; entries that only the followers still have are put back into it.
 */
export interface Bus {
  follow(stream: string, options: StreamKeeping & { onEntry: (entry: BusEntry) => void }): FollowedStream
  /** Leaves a text for other replicas and later starts, in place of the last one of that name. A hint: nothing waits for it, and it may be lost. */
  remember(name: string, text: string, lifeMs: number): Promise<void>
  /** What was last remembered under a name, by whichever replica; undefined where that is nothing, or the store does not answer in time. */
  recall(name: string): Promise<string | undefined>
  /** Whether entries can be appended now. */
  readonly up: boolean
  close(): Promise<void>
}

/** Milliseconds since the epoch at which an entry was appended, by the store's clock. */
export function appendedAtMs(id: string): number {
  return Number(id.split('-', 1)[0])
}

/** Compares two ids by their place in the stream: negative when `one` comes first. */
export function compareIds(one: string, other: string): number {
  const [oneMs = '0', oneSequence = '0'] = one.split('-')
  const [otherMs = '0', otherSequence = '0'] = other.split('-')
  return Number(oneMs) - Number(otherMs) || Number(oneSequence) - Number(otherSequence)
}

/** The id before every other. */
export const firstId = '0-0'
