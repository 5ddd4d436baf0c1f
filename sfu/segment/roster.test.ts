import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { applyChange, rosterOf, type Roster, type RosterChange, type RosterEntry } from '../api/roster.ts'
import { SegmentRoster, type AuthorUpdate } from './roster.ts'
import { rosterDiff } from '../api/rosterDiff.ts'

const attachment = (n: number) => `01J00000000000000000000${String(n).padStart(3, '0')}`
const anEntry = (participant: string, over: Partial<RosterEntry> = {}): RosterEntry => ({
  participant,
  attachment: attachment(1),
  name: participant,
  node: 'b',
  connected: true,
  joinedAtMs: 0,
  tracks: [],
  ...over,
})
const aTrack = (participant: string, producerId: string, muted = false) => ({
  trackId: `${participant}/camera`,
  source: 'camera' as const,
  producerId,
  muted,
})

function aRoster() {
  const told: AuthorUpdate[] = []
  let seen: Roster = new Map()
  const roster = new SegmentRoster({
    node: 'a',
    boot: 'boot-a',
    isLeaving: () => false,
    onChanges: (_revision, changes) => void (seen = changes.reduce(applyChange, seen)),
    onAuthor: (update) => void told.push(update),
  })
  return { roster, told, seen: () => [...seen.values()] }
}

test('own people are one author, others come by their edges, and a session that follows the changes sees the same', () => {
  const { roster, seen } = aRoster()
  roster.changeOwn([{ type: 'joined', entry: anEntry('ann', { node: 'a' }) }])
  roster.hearSnapshot('b', { author: 'b', boot: 'b1', revision: 3, entries: [anEntry('bob')] })
  const named = { participant: 'bob', attachment: attachment(1) }
  expect(
    roster.hearDelta('b', {
      author: 'b',
      boot: 'b1',
      revision: 4,
      changes: [{ type: 'track', ...named, track: aTrack('bob', 'p1') }],
    }),
  ).toBe('applied')
  expect(roster.entries.map(({ participant }) => participant)).toEqual(['ann', 'bob'])
  expect(roster.tracks('bob/camera')[0]?.track.producerId).toBe('p1')
  expect(seen()).toEqual(roster.entries)
  expect(roster.revision).toBe(3)
})

test('a step that is missing is a gap and changes nothing', () => {
  const { roster } = aRoster()
  const changes: RosterChange[] = [{ type: 'left', participant: 'bob', attachment: attachment(1) }]
  expect(roster.hearDelta('b', { author: 'b', boot: 'b1', revision: 1, changes })).toBe('gap')
  roster.hearSnapshot('b', { author: 'b', boot: 'b1', revision: 1, entries: [anEntry('bob')] })
  expect(roster.hearDelta('b', { author: 'b', boot: 'b1', revision: 3, changes })).toBe('gap')
  expect(roster.hearDelta('b', { author: 'b', boot: 'b2', revision: 2, changes })).toBe('gap')
  expect(roster.size).toBe(1)
})

test('an edge that is gone takes its authors along, but not those that another edge tells of', () => {
  const { roster, told, seen } = aRoster()
  roster.hearSnapshot('core', { author: 'core', boot: '1', revision: 0, entries: [anEntry('cat', { node: 'core' })] })
  roster.hearSnapshot('core', { author: 'b', boot: '1', revision: 5, entries: [anEntry('bob')] })
  roster.hearSnapshot('b', { author: 'b', boot: '1', revision: 6, entries: [anEntry('bob', { connected: false })] })
  expect(roster.viaOf('b')).toBe('b')
  roster.dropEdge('b')
  expect(roster.viaOf('b')).toBe('core')
  expect(roster.of('bob')[0]?.connected).toBe(true)
  roster.dropEdge('core')
  expect(seen()).toEqual([])
  expect(told.at(-1)).toEqual({ type: 'gone', author: 'b' })
})

test('an author that started again replaces what it said before, and an old path does not bring that back', () => {
  const { roster } = aRoster()
  roster.hearSnapshot('b', { author: 'b', boot: '1', revision: 9, entries: [anEntry('bob')] })
  roster.hearSnapshot('b', { author: 'b', boot: '2', revision: 0, entries: [] })
  roster.hearSnapshot('core', { author: 'b', boot: '1', revision: 9, entries: [anEntry('bob')] })
  expect(roster.size).toBe(0)
})

test('a late leave of an old attachment removes only that, and a track is found under the latest one', () => {
  const { roster } = aRoster()
  const older = anEntry('bob', { tracks: [aTrack('bob', 'old')] })
  const newer = anEntry('bob', { attachment: attachment(2), node: 'c', tracks: [aTrack('bob', 'new')] })
  roster.hearSnapshot('c', { author: 'c', boot: '1', revision: 0, entries: [newer] })
  roster.hearSnapshot('b', { author: 'b', boot: '1', revision: 0, entries: [older] })
  expect(roster.tracks('bob/camera').map(({ track }) => track.producerId)).toEqual(['new', 'old'])
  const left: RosterChange = { type: 'left', participant: 'bob', attachment: attachment(1) }
  roster.hearDelta('b', { author: 'b', boot: '1', revision: 1, changes: [left] })
  expect(roster.entries).toEqual([newer])
})

test('nobody authors for another: foreign entries and our own name are passed over', () => {
  const { roster } = aRoster()
  roster.hearSnapshot('b', { author: 'b', boot: '1', revision: 0, entries: [anEntry('ann', { node: 'a' })] })
  roster.hearSnapshot('b', { author: 'a', boot: '1', revision: 0, entries: [anEntry('ann', { node: 'a' })] })
  expect(roster.size).toBe(0)
})

const rosters = fc
  .array(
    fc.record({
      participant: fc.constantFrom('ann', 'bob', 'cat'),
      attachment: fc.constantFrom(attachment(1), attachment(2)),
      connected: fc.boolean(),
      tracks: fc.uniqueArray(fc.tuple(fc.constantFrom('camera', 'screen'), fc.constantFrom('p1', 'p2'), fc.boolean()), {
        selector: ([source]) => source,
      }),
    }),
  )
  .map((people) =>
    rosterOf(
      people.map(({ tracks, ...of }) =>
        anEntry(of.participant, {
          ...of,
          tracks: tracks.map(([source, producerId, muted]) => ({
            trackId: `${of.participant}/${source}`,
            source: source as 'camera',
            producerId,
            muted,
          })),
        }),
      ),
    ),
  )

test('the steps between two rosters lead from one to the other', () => {
  const sorted = (roster: Roster) =>
    [...roster]
      .map(
        ([key, entry]) => [key, { ...entry, tracks: entry.tracks.toSorted((a, b) => (a.trackId < b.trackId ? -1 : 1)) }] as const,
      )
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
  fc.assert(
    fc.property(rosters, rosters, (before, after) => {
      expect(sorted(rosterDiff(before, after).reduce(applyChange, before))).toEqual(sorted(after))
    }),
  )
})

test('what an edge tells again is not told on: between edges that go round it would never come to rest', () => {
  const { roster, told } = aRoster()
  const snapshot = { author: 'b', boot: 'boot-b', revision: 3, entries: [anEntry('bob')] }
  roster.hearSnapshot('b', snapshot)
  roster.hearSnapshot('b', snapshot)
  roster.hearSnapshot('c', snapshot)
  expect(told).toMatchObject([{ type: 'snapshot', state: { author: 'b', revision: 3 } }])
  roster.hearSnapshot('b', { ...snapshot, revision: 4, entries: [] })
  expect(told).toMatchObject([{ state: { revision: 3 } }, { state: { revision: 4 } }])
})
