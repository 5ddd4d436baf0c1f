import { expect, test } from 'vitest'

import { aDisruption, aMember, wallMs } from '../testing/aMember.ts'
import type { MemberView } from '../view/memberView.ts'
import { nodePodWakeAtMs, planNodePod, type NodePodView } from './nodePod.ts'

const nowMs = 1_000_000
const seen = (member: MemberView, more: Partial<NodePodView> = {}): NodePodView => ({
  member,
  template: 'new',
  drainedByMs: undefined,
  refusal: undefined,
  nowMs,
  wallMs,
  ...more,
})
const act = (member: MemberView, more: Partial<NodePodView> = {}) => planNodePod(seen(member, more)).act
const podless = aMember('a', { pod: undefined, state: 'pending', everHeard: false, ran: false })

test('a new media node gets its Pod', () => {
  expect(act(podless)).toBe('createPod')
})

test('one whose Pod has been there and is gone goes too', () => {
  expect(planNodePod(seen({ ...podless, ran: true }))).toEqual({ act: 'deleteNode', why: 'its Pod has gone' })
})

test('one that had no Pod yet goes at once where the pool has another template by now, or does not need it', () => {
  expect(act({ ...podless, template: 'old' })).toBe('deleteNode')
  expect(act({ ...podless, disruptions: [aDisruption('ScaleIn')] })).toBe('deleteNode')
})

test('without its pool it gets none, and neither while it is being deleted', () => {
  expect(act(podless, { template: undefined })).toBe('none')
  expect(act({ ...podless, deleted: true })).toBe('none')
})

test('a Pod that was refused is tried again later, not before', () => {
  const refusal = { reason: 'PodRefused' as const, message: 'no', notBeforeMs: nowMs + 10_000 }
  const view = seen(podless, { refusal })
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

test('a Pod whose agent was never heard is given up ten minutes after it was scheduled, where nobody says what keeps it', () => {
  const mute = (more: Partial<MemberView> = {}): MemberView =>
    aMember('a', {
      ...{ state: 'pending', everHeard: false, trouble: { reason: 'NotAnswering', message: 'not heard' } },
      podView: { state: { at: 'starting', trouble: undefined } },
      ...more,
    })
  const late = { wallMs: wallMs + 600_000 }
  expect(act(mute(), { wallMs: wallMs + 599_999 })).toBe('none')
  expect(nodePodWakeAtMs(seen(mute(), { wallMs: wallMs + 599_999 }))).toBe(nowMs + 1)
  expect(planNodePod(seen(mute(), late))).toEqual({
    act: 'deletePod',
    why: 'its agent was never heard in 10 minutes',
    failed: true,
  })
  expect(act(mute({ trouble: undefined }), late)).toBe('none')
  expect(act(mute({ everHeard: true }), late)).toBe('none')
  expect(act(mute({ state: 'silent' }), late)).toBe('none')
  expect(act(mute({ trouble: { reason: 'ImagePull', message: 'no image' } }), late)).toBe('none')
  const ready = aMember('a', { state: 'pending', everHeard: false, trouble: { reason: 'NotAnswering', message: 'not heard' } })
  expect(act(ready, late)).toBe('none')
})
