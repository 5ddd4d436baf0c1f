import { z } from 'zod'

import { displayName, nodeName, participantId, ulid } from './identity.ts'
import { source } from './rights.ts'

/**
 * A track that someone publishes. `trackId` is stable for a participant's source (`participant/source`); `producerId` is new
 * each time it is produced, also when its participant moved, and then `replaces` names the producer it takes over from.
 */
export const track = z.object({
  trackId: z.string().max(160),
  source,
  producerId: z.string().max(64),
  replaces: z.string().max(64).optional(),
  muted: z.boolean(),
})
export type Track = z.infer<typeof track>

/** Someone in the meeting, as the segment that hosts them says. Entries are keyed by (participant, attachment). */
export const rosterEntry = z.object({
  participant: participantId,
  attachment: ulid,
  name: displayName,
  /** The media node that hosts them, the sole author of this entry. */
  node: nodeName,
  /** False while their signaling connection is lost and media stays, waiting for a resume. */
  connected: z.boolean(),
  joinedAtMs: z.int(),
  tracks: z.array(track).max(8),
})
export type RosterEntry = z.infer<typeof rosterEntry>

/** One step from a roster to the next; each names the entry it is about, so a late leave of an old attachment removes only that. */
export const rosterChange = z.discriminatedUnion('type', [
  z.object({ type: z.literal('joined'), entry: rosterEntry }),
  z.object({ type: z.literal('left'), participant: participantId, attachment: ulid }),
  z.object({ type: z.literal('connection'), participant: participantId, attachment: ulid, connected: z.boolean() }),
  z.object({ type: z.literal('track'), participant: participantId, attachment: ulid, track }),
  z.object({ type: z.literal('untrack'), participant: participantId, attachment: ulid, trackId: z.string().max(160) }),
])
export type RosterChange = z.infer<typeof rosterChange>

/** The stable id of a participant's source. */
export function trackIdOf(participant: string, of: z.infer<typeof source>): string {
  return `${participant}/${of}`
}

const entryKey = (participant: string, attachment: string): string => `${participant} ${attachment}`

/** A roster: entries by (participant, attachment). Immutable to its users; {@link applyChange} returns the next one. */
export type Roster = ReadonlyMap<string, RosterEntry>

/** Makes a roster of entries. */
export function rosterOf(entries: readonly RosterEntry[]): Roster {
  return new Map(entries.map((entry) => [entryKey(entry.participant, entry.attachment), entry]))
}

function changedEntry(entry: RosterEntry, change: Exclude<RosterChange, { type: 'joined' | 'left' }>): RosterEntry {
  switch (change.type) {
    case 'connection':
      return { ...entry, connected: change.connected }
    case 'track':
      return { ...entry, tracks: [...entry.tracks.filter(({ trackId }) => trackId !== change.track.trackId), change.track] }
    case 'untrack':
      return { ...entry, tracks: entry.tracks.filter(({ trackId }) => trackId !== change.trackId) }
  }
}

/** The roster after `change`. A change about an entry that is not there leaves the roster as it is. */
export function applyChange(roster: Roster, change: RosterChange): Roster {
  if (change.type === 'joined')
    return new Map(roster).set(entryKey(change.entry.participant, change.entry.attachment), change.entry)
  const key = entryKey(change.participant, change.attachment)
  const entry = roster.get(key)
  if (!entry) return roster
  const next = new Map(roster)
  if (change.type === 'left') next.delete(key)
  else next.set(key, changedEntry(entry, change))
  return next
}
