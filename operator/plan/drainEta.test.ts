import { expect, test } from 'vitest'

import { kubeTime } from '../../kit/kubeTime.ts'
import type { DrainedMeeting } from '../view/drainView.ts'
import { planEta } from './drainEta.ts'

const wallMs = 1_767_268_800_000 // 2026-01-01T12:00:00Z
const deadlineAtMs = wallMs + 600_000
/** The last one is back in three seconds, and their media stays for five more. */
const leaving = 8
const inSeconds = (seconds: number): number => wallMs + seconds * 1_000

const aMeeting = (name: string, here: number, more: Partial<DrainedMeeting> = {}): DrainedMeeting => ({
  ...{ meeting: `demo/${name}`, here, everywhere: here, held: undefined, audienceOnly: false, shared: undefined },
  ...more,
})

/** When the drain looks to be done, in seconds from now; `told` (likewise) is what status says so far. */
function eta(
  meetings: readonly DrainedMeeting[],
  { told, pace, isBlocked = false }: { told?: number; pace?: number; isBlocked?: boolean } = {},
): number {
  const drain = { reason: '', left: '0', moved: '0', blocked: false, message: '' }
  const status = told === undefined ? {} : { drain: { ...drain, eta: kubeTime(inSeconds(told)) } }
  const view = { wallMs, drain: { meetings }, object: { status } }
  return (planEta(view, { deadlineAtMs, pace, isBlocked }) - wallMs) / 1_000
}

test('many small meetings take as long as the pace of the node, a large one ten steps of its budget', () => {
  const small = Array.from({ length: 200 }, (_, index) => aMeeting(`m${index}`, 2))
  expect(eta(small)).toBe(20 + leaving)
  expect(eta(small, { pace: 4 })).toBe(100 + leaving)
  expect(eta([aMeeting('large', 30)])).toBe(10 * 3 + leaving)
  expect(eta([aMeeting('large', 30, { everywhere: 300 })])).toBe(3 + leaving)
  expect(eta([])).toBe(leaving)
})

test('a meeting that several nodes are emptied of takes as long as all of them do', () => {
  const shared = { nodes: ['a', 'b'], people: 5 }
  expect(eta([aMeeting('small', 2, { everywhere: 5, shared })])).toBe(5 * 3 + leaving)
})

test('where somebody stays, and where the pace is too slow, it is the deadline', () => {
  expect(eta([aMeeting('a', 2)], { isBlocked: true })).toBe(600)
  expect(eta([aMeeting('a', 900)], { pace: 1 })).toBe(600)
})

test('who is held does not count', () => {
  expect(eta([aMeeting('a', 1), aMeeting('b', 300, { held: { reason: 'Never', why: '' } })])).toBe(3 + leaving)
})

test('what was told stays while it is not a minute off, and moves to a whole minute then, or when it has passed', () => {
  expect(eta([aMeeting('a', 1)], { told: 60 })).toBe(60)
  expect(eta([aMeeting('a', 1)], { told: 72 })).toBe(60)
  expect(eta([aMeeting('a', 1)], { told: -1 })).toBe(60)
  expect(eta([aMeeting('a', 10)], { told: 120 })).toBe(60)
})
