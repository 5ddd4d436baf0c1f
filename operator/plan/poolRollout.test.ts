import { expect, test } from 'vitest'

import { aDisruption, aMember, unscheduled, wallMs } from '../testing/aMember.ts'
import type { MemberView } from '../view/memberView.ts'
import { planRollout, type RolloutView } from './poolRollout.ts'
import { stayingMembers } from './poolScale.ts'

const older = (name: string, more: Partial<MemberView> = {}): MemberView => aMember(name, { template: 'old', ...more })
function rollout(desired: number, members: readonly MemberView[], more: Partial<RolloutView> = {}) {
  const plan = planRollout({
    members,
    staying: stayingMembers(members),
    desired,
    short: 0,
    template: 'new',
    hadNoRoom: false,
    wallMs,
    ...more,
  })
  return 'members' in plan ? { ...plan, members: plan.members.map(({ name }) => name) } : plan
}

test('where all are of the template of the pool, nothing is done', () => {
  expect(rollout(2, [aMember('a'), aMember('b')])).toEqual({ step: 'updated' })
  expect(rollout(0, [])).toEqual({ step: 'updated' })
})

test('a newer one is made first', () => {
  expect(rollout(2, [older('a'), older('b')])).toEqual({
    step: 'surge',
    why: '2 of 2 media nodes are of an older template',
  })
})

test('once it is ready, the older one with the fewest people leaves', () => {
  const members = [older('busy', { people: 5 }), older('quiet', { people: 1 }), aMember('newer')]
  expect(rollout(2, members)).toEqual({ step: 'replace', why: 'newer is ready', members: ['quiet'], reason: 'Outdated' })
})

test('one at a time: while one leaves, nobody else does', () => {
  const members = [older('a'), older('b', { disruptions: [aDisruption('Rollout')] }), aMember('newer')]
  expect(rollout(2, members)).toEqual({ step: 'leaving', why: 'b is being emptied', forRoom: false })
})

test('a newer one that is not ready is waited for, whatever keeps it', () => {
  const starting = aMember('newer', {
    state: 'pending',
    everHeard: false,
    trouble: { reason: 'ImagePull', message: 'its image cannot be pulled' },
    podView: { state: { at: 'starting', trouble: undefined }, createdAtMs: wallMs - 3_600_000 },
  })
  expect(rollout(1, [older('a'), starting])).toEqual({
    step: 'waiting',
    why: 'newer: its image cannot be pulled',
    wakeAtWallMs: undefined,
  })
})

test('one that finds no room for a minute has an older one make room, and says so', () => {
  expect(rollout(1, [older('a'), unscheduled('newer', 59_000)])).toEqual({
    step: 'waiting',
    why: 'newer: no room',
    wakeAtWallMs: wallMs + 1_000,
  })
  expect(rollout(1, [older('a'), unscheduled('newer', 60_000)])).toEqual({
    step: 'replace',
    why: 'newer: no room',
    members: ['a'],
    reason: 'NoRoom',
  })
})

test('where there was no room for the last one, the next one is waited for a few seconds only', () => {
  const members = [older('a'), aMember('first'), unscheduled('second', 5_000)]
  expect(rollout(2, members, { hadNoRoom: true })).toMatchObject({ step: 'replace', reason: 'NoRoom' })
})

test('a template that never runs costs one node at most: no other one leaves for it', () => {
  const members = [older('a'), unscheduled('newer', 600_000)]
  expect(rollout(2, members)).toEqual({ step: 'waiting', why: 'newer: no room', wakeAtWallMs: undefined })
})

test('older ones that never ran are replaced at once, all of them', () => {
  const broken = ['a', 'b'].map((name) => older(name, { state: 'pending', everHeard: false }))
  expect(rollout(2, broken)).toMatchObject({ step: 'replace', members: ['a', 'b'], reason: 'NeverRan' })
})

test('an older one that ran before and is silent now is not broken: its people stay', () => {
  expect(rollout(1, [older('a', { state: 'pending', everHeard: true })])).toMatchObject({ step: 'surge' })
})

test('what is missing is made before anything is replaced', () => {
  expect(rollout(3, [older('a')], { short: 2 })).toMatchObject({ step: 'waiting', why: '2 media nodes are made first' })
})
