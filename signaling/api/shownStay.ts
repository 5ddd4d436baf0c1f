import type { RosterEntry, Track } from '../../sfu/api/roster.ts'

/** By source: the newest stay's where it has one, else what still comes from an earlier one. */
function tracksOf(oldestFirst: readonly RosterEntry[]): readonly Track[] {
  const bySource = new Map<string, Track>()
  for (const { tracks } of oldestFirst) for (const track of tracks) bySource.set(track.source, track)
  return [...bySource.values()]
}

/**
 * The one stay of a person that clients are shown, of all that media nodes tell of: the newest (attachments are ULIDs), with when they first
 * came and with what still comes from an earlier one, as in a move, whose old path goes on until the new one has taken over. So a stay that is
 * lost is gone from sight with the one that follows it, however long it takes its media node's neighbours to give that node up.
 */
export function shownStay(stays: Iterable<RosterEntry>): RosterEntry | undefined {
  const oldestFirst = [...stays].toSorted((a, b) => (a.attachment < b.attachment ? -1 : 1))
  const newest = oldestFirst.at(-1)
  if (newest === undefined || oldestFirst.length === 1) return newest
  const joinedAtMs = Math.min(...oldestFirst.map((entry) => entry.joinedAtMs))
  return { ...newest, joinedAtMs, tracks: [...tracksOf(oldestFirst)] }
}
