import { expect, test } from 'vitest'

import type { SegmentOrder } from '../api/order.ts'
import { errorOfRefusal, judgeDeletion, judgeOrder, judgeTerm } from './fence.ts'

const anOrder = (over: Partial<SegmentOrder> = {}): SegmentOrder => ({
  epoch: 3,
  generation: 7,
  role: 'core',
  region: 'eu',
  peers: [
    { node: 'b', url: 'http://b', token: 't1', role: 'core' },
    { node: 'c', url: 'http://c', token: 't2', role: 'leaf' },
  ],
  limits: { maxParticipants: 10 },
  ...over,
})

test('the first order and a newer pair are taken', () => {
  expect(judgeOrder(undefined, anOrder(), undefined)).toEqual({ verdict: 'take' })
  expect(judgeOrder(anOrder(), anOrder({ generation: 8 }), { epoch: 3 })).toEqual({ verdict: 'take' })
  expect(judgeOrder(anOrder(), anOrder({ epoch: 4, generation: 0 }), { epoch: 3 })).toEqual({ verdict: 'take' })
})

test('an older pair is stale, and so is a first order of a leader that was followed by another', () => {
  expect(judgeOrder(anOrder(), anOrder({ generation: 6 }), { epoch: 3 })).toEqual({
    verdict: 'stale',
    fence: { epoch: 3, generation: 7 },
  })
  expect(judgeOrder(anOrder(), anOrder({ epoch: 2, generation: 99 }), { epoch: 3 })).toMatchObject({ verdict: 'stale' })
  expect(judgeOrder(undefined, anOrder({ epoch: 2 }), { epoch: 3 })).toEqual({
    verdict: 'stale',
    fence: { epoch: 3, generation: 0 },
  })
})

test('the same pair is the same order, in whatever order and with whatever tokens its peers come', () => {
  const again = anOrder({
    peers: anOrder()
      .peers.map((peer) => ({ ...peer, token: 'new' }))
      .toReversed(),
  })
  expect(judgeOrder(anOrder(), again, { epoch: 3 })).toEqual({ verdict: 'again' })
})

test.each<[string, Partial<SegmentOrder>]>([
  ['role', { role: 'leaf' }],
  ['peers', { peers: [] }],
  ['limits', { limits: { maxParticipants: 11 } }],
  ['region', { region: 'us' }],
])('the same pair with another %s is a conflict', (_what, over) => {
  expect(judgeOrder(anOrder(), anOrder(over), { epoch: 3 })).toEqual({ verdict: 'conflict', fence: { epoch: 3, generation: 7 } })
})

test('a deletion needs a fence as new as the segment', () => {
  expect(judgeDeletion({ epoch: 3, generation: 7 }, { epoch: 3, generation: 7 }, { epoch: 3 })).toEqual({ verdict: 'take' })
  expect(judgeDeletion({ epoch: 3, generation: 7 }, { epoch: 3, generation: 6 }, { epoch: 3 })).toMatchObject({
    verdict: 'stale',
  })
  expect(judgeDeletion({ epoch: 0, generation: 0 }, { epoch: 2, generation: 0 }, { epoch: 3 })).toMatchObject({
    verdict: 'stale',
  })
})

test('of one epoch a node follows one operator, whatever the order is about; of a later one another', () => {
  const followed = { epoch: 3, holder: 'one' }
  expect(judgeTerm(undefined, { epoch: 3, holder: 'two' })).toBeUndefined()
  expect(judgeTerm(followed, { epoch: 3, holder: 'one' })).toBeUndefined()
  expect(judgeTerm(followed, { epoch: 3, holder: 'two' })).toEqual({ verdict: 'shared', followed })
  expect(judgeTerm(followed, { epoch: 4, holder: 'two' })).toBeUndefined()
  expect(judgeTerm(followed, { epoch: 2, holder: 'one' })).toMatchObject({ verdict: 'stale' })
  const another = { ...anOrder({ generation: 8 }), holder: 'two' }
  expect(judgeOrder(anOrder(), another, followed)).toEqual({ verdict: 'shared', followed })
  expect(judgeDeletion(anOrder(), another, followed)).toEqual({ verdict: 'shared', followed })
})

test('an operator that tells no name is judged by its epoch alone, and is another than one with a name', () => {
  expect(judgeTerm({ epoch: 3, holder: 'one' }, { epoch: 3 })).toBeUndefined()
  expect(judgeTerm({ epoch: 3 }, { epoch: 3, holder: 'one' })).toEqual({ verdict: 'shared', followed: { epoch: 3 } })
})

test('whoever gave the order is told who is followed instead', () => {
  const code = (refusal: Parameters<typeof errorOfRefusal>[0]) => errorOfRefusal(refusal)
  expect(code({ verdict: 'shared', followed: { epoch: 3, holder: 'one' } })).toMatchObject({
    code: 'epoch_shared',
    message: 'The orders of epoch 3 come from another operator (one); take a higher epoch.',
  })
  expect(code({ verdict: 'stale', fence: { epoch: 3, generation: 7 } })).toMatchObject({ code: 'stale_order' })
  expect(code({ verdict: 'conflict', fence: { epoch: 3, generation: 7 } })).toMatchObject({ code: 'order_conflict' })
})
