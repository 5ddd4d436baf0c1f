import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { applyChange, rosterOf, type Roster, type RosterEntry } from './roster.ts'
import { rosterDiff } from './rosterDiff.ts'

const aTrack = (participant: string) =>
  fc.record({
    trackId: fc.constantFrom('microphone', 'camera', 'screen').map((each) => `${participant}/${each}`),
    source: fc.constant('camera' as const),
    producerId: fc.constantFrom('p1', 'p2'),
    muted: fc.boolean(),
  })
const anEntry: fc.Arbitrary<RosterEntry> = fc.constantFrom('ada', 'bob', 'eve').chain((participant) =>
  fc.record({
    participant: fc.constant(participant),
    attachment: fc.constantFrom('01KDVAHJ0000000000000000AA', '01KDVAHJ0000000000000000AB'),
    name: fc.constant(participant),
    node: fc.constant('media-a'),
    connected: fc.boolean(),
    joinedAtMs: fc.constant(0),
    tracks: fc.uniqueArray(aTrack(participant), { selector: ({ trackId }) => trackId }),
  }),
)
const aRoster: fc.Arbitrary<Roster> = fc.array(anEntry, { maxLength: 6 }).map(rosterOf)

/** A roster without the order of its entries and tracks, which means nothing. */
const content = (roster: Roster): readonly unknown[] =>
  [...roster]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, entry]) => ({ ...entry, tracks: entry.tracks.toSorted((one, other) => (one.trackId < other.trackId ? -1 : 1)) }))

test('the changes lead from one roster to the other, and nowhere when nothing changed', () => {
  fc.assert(
    fc.property(aRoster, aRoster, (before, after) => {
      const reached = rosterDiff(before, after).reduce(applyChange, before)
      expect(content(reached)).toEqual(content(after))
      expect(rosterDiff(after, after)).toEqual([])
    }),
  )
})
