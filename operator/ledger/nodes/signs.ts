/** What the other nodes of a media node's meetings say of their pipes to it. */
export interface PipeWitnesses {
  /** Those that report all their pipes to it down, by name. */
  readonly down: readonly string[]
  /** How many report one that is up, or that may yet come up. */
  readonly others: number
}

/** What may be known of a media node that is dead, beside that nothing is heard of it. */
export interface Signs {
  /** Its address refused a connection after it was heard last. */
  readonly refused: boolean
  /** Its Pod has gone, or has ended. */
  readonly podGone: boolean
  readonly pipes: PipeWitnesses
  /** Lost media, as people or signaling services report it: in words, where two of them do. */
  readonly lostMedia: string | undefined
}

/** The first of this many names stands for the others: the sentence is for people. */
const namedAtMost = 3

function pipesSign({ down, others }: PipeWitnesses): string | undefined {
  if (down.length < 2 && (down.length === 0 || others > 0)) return undefined
  const named = down.slice(0, namedAtMost).join(', ')
  const more = down.length > namedAtMost ? ` and ${down.length - namedAtMost} more` : ''
  return `${named}${more} ${down.length === 1 ? 'reports its pipe' : 'report their pipes'} to it down`
}

/**
 * The second sign of a media node's death, in words; undefined where there is none. The first is its silence, and none of these kills
 * without it: a connection may be refused while an agent restarts, a pipe is cut by the network between two nodes, and people lie.
 */
export function secondSignOf({ refused, podGone, pipes, lostMedia }: Signs): string | undefined {
  if (podGone) return 'its Pod has gone'
  if (refused) return 'refuses connections'
  return pipesSign(pipes) ?? lostMedia
}
