import type { Roster, RosterChange, RosterEntry, Track } from './roster.ts'

function sameTrack(a: Track, b: Track): boolean {
  return a.producerId === b.producerId && a.muted === b.muted && a.source === b.source && a.replaces === b.replaces
}

function entryChanges(before: RosterEntry, after: RosterEntry): RosterChange[] {
  const { participant, attachment } = after
  const named = { participant, attachment }
  const changes: RosterChange[] = []
  if (before.connected !== after.connected) changes.push({ type: 'connection', ...named, connected: after.connected })
  for (const { trackId } of before.tracks) {
    if (!after.tracks.some((track) => track.trackId === trackId)) changes.push({ type: 'untrack', ...named, trackId })
  }
  for (const track of after.tracks) {
    const known = before.tracks.find(({ trackId }) => trackId === track.trackId)
    if (!known || !sameTrack(known, track)) changes.push({ type: 'track', ...named, track })
  }
  return changes
}

/** The steps from one roster to another: who left first, then what changed, then who joined. */
export function rosterDiff(before: Roster, after: Roster): readonly RosterChange[] {
  const left = [...before].filter(([key]) => !after.has(key))
  const joined = [...after].filter(([key]) => !before.has(key))
  return [
    ...left.map(([, { participant, attachment }]): RosterChange => ({ type: 'left', participant, attachment })),
    ...[...after].flatMap(([key, entry]) => {
      const known = before.get(key)
      return known ? entryChanges(known, entry) : []
    }),
    ...joined.map(([, entry]): RosterChange => ({ type: 'joined', entry })),
  ]
}
