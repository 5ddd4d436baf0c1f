import { expect, test } from 'vitest'

import { aDisruption, aMember, wallMs } from '../testing/aMember.ts'
import type { MemberView } from '../view/memberView.ts'
import { nodePodWakeAtMs, planNodePod, type NodePodView } from './nodePod.ts'

const nowMs = 1_000_000
const seen = (member: MemberView, more: Partial<NodePodView> = {}): NodePodView => ({
  member,
  template: 'new',
  ran: true,
  drainedByMs: undefined,
  refusal: undefined,
  nowMs,
  wallMs,
  ...more,
})
const act = (member: MemberView, more: Partial<NodePodView> = {}) => planNodePod(seen(member, more)).act
const podless = aMember('a', { pod: undefined, state: 'pending', everHeard: false })

test('a new media node gets its Pod', () => {
  expect(act({ ...podless, pod: undefined }, { ran: false })).toBe('createPod')
})

test('one whose Pod has been there and is gone goes too', () => {
  expect(planNodePod(seen({ ...podless, pod: undefined }))).toEqual({ act: 'deleteNode', why: 'its Pod has gone' })
})

test('one that had no Pod yet goes at once where the pool has another template by now, or does not need it', () => {
  expect(act({ ...podless, pod: undefined, template: 'old' }, { ran: false })).toBe('deleteNode')
  expect(act({ ...podless, pod: undefined, disruptions: [aDisruption('ScaleIn')] }, { ran: false })).toBe('deleteNode')
})

test('without its pool it gets none, and neither while it is being deleted', () => {
  expect(act({ ...podless, pod: undefined }, { ran: false, template: undefined })).toBe('none')
  expect(act({ ...podless, pod: undefined, deleted: true }, { ran: false })).toBe('none')
})

test('a Pod that was refused is tried again later, not before', () => {
  const refusal = { reason: 'PodRefused' as const, message: 'no', notBeforeMs: nowMs + 10_000 }
  const view = seen({ ...podless, pod: undefined }, { ran: false, refusal })
  expect(planNodePod(view).act).toBe('none')
  expect(nodePodWakeAtMs(view)).toBe(nowMs + 10_000)
  expect(planNodePod({ ...view, nowMs: nowMs + 10_000 }).act).toBe('createPod')
})

test('a Pod that runs is left alone', () => {
  expect(act(aMember('a', { people: 3 }))).toBe('none')
})

test('a Pod that is over goes, and counts as a failure', () => {
  const over = aMember('a', { podView: { state: { at: 'over', why: 'Evicted' } } })
  expect(planNodePod(seen(over))).toEqual({ act: 'deletePod', why: 'it is over: Evicted', failed: true })
})

test('a Pod that leaves is deleted when it is drained, dead, or out of time, and not before', () => {
  const leaving = (more: Partial<MemberView>) => aMember('a', { disruptions: [aDisruption('ScaleIn')], ...more })
  const shown = { podView: { guard: 'on', serving: 'false' } }
  expect(act(leaving({ state: 'ready', ...shown }))).toBe('none')
  expect(act(leaving({ state: 'draining', people: 2, ...shown }))).toBe('none')
  expect(act(leaving({ state: 'silent', ...shown }))).toBe('none')
  expect(act(leaving({ state: 'pending', everHeard: true, ...shown }))).toBe('none')
  expect(act(leaving({ state: 'drained' }))).toBe('deletePod')
  expect(act(leaving({ state: 'lost' }))).toBe('deletePod')
  expect(act(leaving({ state: 'pending', everHeard: false }))).toBe('deletePod')
  expect(act(leaving({ state: 'draining', people: 2 }), { wallMs: wallMs + 600_000 })).toBe('deletePod')
})

test('the guard goes when the node is empty or its time is over, and is back when the drain is cancelled', () => {
  const cordoned = (more: Partial<MemberView>) => aMember('a', { disruptions: [aDisruption('NodeCordoned')], ...more })
  const labels = (member: MemberView, more: Partial<NodePodView> = {}) => {
    const plan = planNodePod(seen(member, more))
    return plan.act === 'labelPod' ? plan.labels : plan.act
  }
  expect(labels(cordoned({ state: 'draining', people: 1 }))).toEqual({ guard: 'on', serving: 'false' })
  expect(labels(cordoned({ state: 'drained' }))).toEqual({ guard: 'off', serving: 'false' })
  expect(labels(cordoned({ state: 'draining', people: 1 }), { wallMs: wallMs + 600_000 })).toEqual({
    guard: 'off',
    serving: 'false',
  })
  expect(labels(aMember('a', { podView: { guard: 'off', serving: 'false' } }))).toEqual({ guard: 'on', serving: 'true' })
})

test('a person’s drain lets the Pod go too, but deletes nothing', () => {
  const drained = aMember('a', { drainedByUser: true, state: 'drained' })
  expect(planNodePod(seen(drained))).toEqual({ act: 'labelPod', labels: { guard: 'off', serving: 'false' } })
  const busy = aMember('a', { drainedByUser: true, state: 'draining', people: 1, podView: { serving: 'false' } })
  expect(act(busy, { drainedByMs: wallMs + 1 })).toBe('none')
  expect(act(busy, { drainedByMs: wallMs })).toBe('labelPod')
})

test('a Pod that is being deleted is not touched', () => {
  expect(act(aMember('a', { podView: { killedAtMs: wallMs + 1_000 }, disruptions: [aDisruption('Terminating')] }))).toBe('none')
})
