import { expect, test } from 'vitest'

import type { SegmentReport } from '../../../sfu/api/order.ts'
import { Meetings } from './meetings.ts'

const chat = (incarnation: string) => ({ namespace: 'demo', name: 'chat', incarnation })
const earlier = '01KB00000000000000000000Z0'
const now = '01KC00000000000000000000Z0'

const reportOf = (incarnation: string, more: Partial<SegmentReport> = {}): SegmentReport => ({
  ...{ meeting: chat(incarnation), epoch: 1, generation: 1, role: 'core', fallback: false, worker: 0 },
  ...{ participants: [], peers: [], createdAtMs: 0 },
  ...more,
})

test('what is left over and told again as it was known is no news: who asks a node and is told the same looks no further', () => {
  let changes = 0
  const meetings = new Meetings({
    changed: () => (changes += 1),
    told: () => undefined,
    left: () => undefined,
    poolOf: () => 'eu',
  })
  meetings.report('eu-1', reportOf(now), 0)
  const told = (more?: Partial<SegmentReport>): number => {
    const before = changes
    meetings.report('eu-2', reportOf(earlier, more), 1)
    return changes - before
  }
  expect(told()).toBe(1)
  expect(told()).toBe(0)
  expect(told({ generation: 2 })).toBe(1)
  meetings.closed('eu-2', chat(earlier), 2)
  expect(told({ generation: 2 })).toBe(1)
})
