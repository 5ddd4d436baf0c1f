import { expect, test } from 'vitest'

import type { SegmentOrder } from '../api/order.ts'
import { judgeDeletion, judgeOrder } from './fence.ts'

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
  expect(judgeOrder(undefined, anOrder(), 0)).toEqual({ verdict: 'take' })
  expect(judgeOrder(anOrder(), anOrder({ generation: 8 }), 3)).toEqual({ verdict: 'take' })
  expect(judgeOrder(anOrder(), anOrder({ epoch: 4, generation: 0 }), 3)).toEqual({ verdict: 'take' })
})

test('an older pair is stale, and so is a first order of a leader that was followed by another', () => {
  expect(judgeOrder(anOrder(), anOrder({ generation: 6 }), 3)).toEqual({ verdict: 'stale', fence: { epoch: 3, generation: 7 } })
  expect(judgeOrder(anOrder(), anOrder({ epoch: 2, generation: 99 }), 3)).toMatchObject({ verdict: 'stale' })
  expect(judgeOrder(undefined, anOrder({ epoch: 2 }), 3)).toEqual({ verdict: 'stale', fence: { epoch: 3, generation: 0 } })
})

test('the same pair is the same order, in whatever order and with whatever tokens its peers come', () => {
  const again = anOrder({
    peers: anOrder()
      .peers.map((peer) => ({ ...peer, token: 'new' }))
      .toReversed(),
  })
  expect(judgeOrder(anOrder(), again, 3)).toEqual({ verdict: 'again' })
})

test.each<[string, Partial<SegmentOrder>]>([
  ['role', { role: 'leaf' }],
  ['peers', { peers: [] }],
  ['limits', { limits: { maxParticipants: 11 } }],
  ['region', { region: 'us' }],
])('the same pair with another %s is a conflict', (_what, over) => {
  expect(judgeOrder(anOrder(), anOrder(over), 3)).toEqual({ verdict: 'conflict', fence: { epoch: 3, generation: 7 } })
})

test('a deletion needs a fence as new as the segment', () => {
  expect(judgeDeletion({ epoch: 3, generation: 7 }, { epoch: 3, generation: 7 }, 3)).toEqual({ verdict: 'take' })
  expect(judgeDeletion({ epoch: 3, generation: 7 }, { epoch: 3, generation: 6 }, 3)).toMatchObject({ verdict: 'stale' })
  expect(judgeDeletion({ epoch: 0, generation: 0 }, { epoch: 2, generation: 0 }, 3)).toMatchObject({ verdict: 'stale' })
})
