import { expect, test } from 'vitest'

import { aDisruption, aMember, wallMs } from '../testing/aMember.ts'
import type { MemberView } from '../view/memberView.ts'
import { planScale } from './poolScale.ts'

const names = (members: readonly MemberView[]): readonly string[] => members.map(({ name }) => name)
function scaled(desired: number, ...members: readonly MemberView[]) {
  const { create, remove, revive } = planScale({ members, desired, template: 'new' })
  return { create, remove: names(remove), revive: names(revive) }
}

test('as many as desired: nothing is done', () => {
  expect(scaled(2, aMember('a'), aMember('b'))).toEqual({ create: 0, remove: [], revive: [] })
})

test('what is missing is made; a node that leaves, for whatever reason, does not count', () => {
  const going = [
    aMember('deleted', { deleted: true }),
    aMember('killed', { podView: { killedAtMs: wallMs } }),
    aMember('over', { podView: { state: { at: 'over', why: 'Evicted' } } }),
    aMember('drained', { drainedByUser: true }),
    aMember('cordoned', { disruptions: [aDisruption('NodeCordoned')] }),
  ]
  expect(scaled(2, aMember('a'), ...going)).toEqual({ create: 1, remove: [], revive: [] })
})

test('a node whose Pod has gone does not count, though nothing disrupts it any more; one that waits for its first Pod does', () => {
  const evicted = aMember('evicted', { pod: undefined, state: 'lost' })
  const made = aMember('made', { pod: undefined, state: 'pending', everHeard: false, ran: false })
  const givenUp = aMember('givenUp', { pod: undefined, state: 'pending', everHeard: false, ran: true })
  expect(scaled(1, evicted, aMember('replacement', { state: 'pending', everHeard: false }))).toEqual({
    create: 0,
    remove: [],
    revive: [],
  })
  expect(scaled(1, evicted, made)).toEqual({ create: 0, remove: [], revive: [] })
  expect(scaled(1, givenUp, made)).toEqual({ create: 0, remove: [], revive: [] })
})

test('those with the fewest people leave, then those that are not ready, then the newest', () => {
  const members = [
    aMember('busy', { people: 9 }),
    aMember('old', { people: 1, createdAtMs: wallMs - 10_000 }),
    aMember('young', { people: 1 }),
    aMember('silent', { people: 1, createdAtMs: wallMs - 20_000, state: 'silent' }),
  ]
  expect(scaled(3, ...members).remove).toEqual(['silent'])
  expect(scaled(2, ...members).remove).toEqual(['silent', 'young'])
  expect(scaled(1, ...members).remove).toEqual(['silent', 'young', 'old'])
})

test('who leaves since there were too many stays before another one is made, those with the most people first', () => {
  const leaving = (name: string, people: number) => aMember(name, { people, disruptions: [aDisruption('ScaleIn')] })
  expect(scaled(2, aMember('a'), leaving('empty', 0), leaving('full', 5))).toEqual({ create: 0, remove: [], revive: ['full'] })
  expect(scaled(4, aMember('a'), leaving('empty', 0), leaving('full', 5))).toEqual({
    create: 1,
    remove: [],
    revive: ['full', 'empty'],
  })
})

test('nobody stays whose Kubernetes Node is left too', () => {
  const both = aMember('b', { disruptions: [aDisruption('ScaleIn'), aDisruption('NodeCordoned')] })
  expect(scaled(2, aMember('a'), both)).toEqual({ create: 1, remove: [], revive: [] })
})

test('one more than desired is right while a newer template comes in, and no more than one', () => {
  const older = ['a', 'b'].map((name) => aMember(name, { template: 'old', people: 3 }))
  expect(scaled(2, ...older, aMember('surge')).remove).toEqual([])
  expect(scaled(1, ...older, aMember('surge')).remove).toEqual(['b'])
  expect(scaled(2, aMember('a'), aMember('b'), aMember('surge')).remove).toHaveLength(1)
})
