import { expect, test } from 'vitest'

import { rosterOf, type RosterEntry, type Track } from '../../sfu/api/roster.ts'
import type { Source } from '../../sfu/api/rights.ts'
import { participantsOf, withRoster, withSpeakers } from './room.ts'
import { emptyState } from './state.ts'

const track = (participant: string, source: Source, producerId: string): Track => ({
  trackId: `${participant}/${source}`,
  source,
  producerId,
  muted: false,
})

const entry = (participant: string, attachment: string, more: Partial<RosterEntry> = {}): RosterEntry => ({
  participant,
  attachment,
  name: participant,
  node: 'node-a',
  connected: true,
  joinedAtMs: 0,
  tracks: [],
  ...more,
})

test('people stand in the order they joined', () => {
  const roster = rosterOf([
    entry('carl', '3', { joinedAtMs: 20 }),
    entry('ann', '1', { joinedAtMs: 30 }),
    entry('bob', '2', { joinedAtMs: 10 }),
  ])
  expect(participantsOf(roster, 'ann').map(({ participant, self }) => [participant, self])).toEqual([
    ['bob', false],
    ['carl', false],
    ['ann', true],
  ])
})

test('who moves is one person: the newest attachment counts, with the tracks that did not move yet', () => {
  const old = entry('ann', '1', {
    joinedAtMs: 10,
    connected: false,
    tracks: [track('ann', 'camera', 'old'), track('ann', 'microphone', 'old')],
  })
  const moved = entry('ann', '2', { joinedAtMs: 90, node: 'node-b', tracks: [track('ann', 'camera', 'new')] })
  const [ann, ...others] = participantsOf(rosterOf([moved, old]), undefined)
  expect(others).toEqual([])
  expect(ann).toMatchObject({ node: 'node-b', connected: true, joinedAtMs: 10 })
  expect(ann?.tracks.map(({ source, producerId }) => [source, producerId])).toEqual([
    ['camera', 'new'],
    ['microphone', 'old'],
  ])
})

test('a step that the snapshot held changes nothing, a missing one is a gap', () => {
  const state = { ...emptyState, revision: 7 }
  const changes = [{ type: 'joined', entry: entry('bob', '1') }] as const
  expect(withRoster(state, { revision: 7, changes })).toBe(state)
  expect(withRoster(state, { revision: 9, changes })).toBe('gap')
  expect(withRoster(state, { revision: 8, changes })).toMatchObject({ revision: 8, participants: [{ participant: 'bob' }] })
})

test('an older list of speakers changes nothing', () => {
  const state = { ...emptyState, speakers: { seq: 5, speakers: [{ participant: 'ann', dBov: -20 }] } }
  expect(withSpeakers(state, { seq: 4, speakers: [] })).toBe(state)
  expect(withSpeakers(state, { seq: 6, speakers: [] }).speakers.speakers).toEqual([])
})
