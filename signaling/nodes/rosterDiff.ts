import type { Roster, RosterChange, RosterEntry, Track } from '../../sfu/api/roster.ts'

const sameTrack = (one: Track, other: Track): boolean =>
  one.producerId === other.producerId && one.muted === other.muted && one.replaces === other.replaces

function entryChanges(before: RosterEntry, after: RosterEntry): RosterChange[] {
  const { participant, attachment } = after
  const old = new Map(before.tracks.map((track) => [track.trackId, track]))
  const kept = new Set(after.tracks.map(({ trackId }) => trackId))
  const gone = before.tracks.filter(({ trackId }) => !kept.has(trackId))
  const told = after.tracks.filter((track) => {
    const known = old.get(track.trackId)
    return known === undefined || !sameTrack(known, track)
  })
  return [
    ...(before.connected === after.connected
      ? []
      : [{ type: 'connection' as const, participant, attachment, connected: after.connected }]),
    ...gone.map(({ trackId }) => ({ type: 'untrack' as const, participant, attachment, trackId })),
    ...told.map((track) => ({ type: 'track' as const, participant, attachment, track })),
  ]
}

/** The changes that lead from one roster to another; leaves come first, so that nobody is seen twice. */
export function rosterDiff(before: Roster, after: Roster): readonly RosterChange[] {
  const left = [...before].flatMap(([key, { participant, attachment }]) =>
    after.has(key) ? [] : [{ type: 'left' as const, participant, attachment }],
  )
  const changed = [...after].flatMap(([key, entry]): RosterChange[] => {
    const known = before.get(key)
    return known === undefined ? [{ type: 'joined', entry }] : entryChanges(known, entry)
  })
  return [...left, ...changed]
}
