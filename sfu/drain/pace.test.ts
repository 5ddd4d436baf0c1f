import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { atOnce, atOnceOf, movesPerSecond, nextToGo, settleMs, type Leaving, type Told } from './pace.ts'

const tickMs = 50

/** A drain of meetings of these sizes, with time that passes by ticks, until nobody may go any more. Returns who was told when. */
function drained(sizes: readonly number[], options: { stay?: readonly string[]; unreachable?: number; seed?: number } = {}) {
  const { stay = [], unreachable = 0, seed = 1 } = options
  let state = seed
  const random = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
  let people: Leaving[] = sizes.flatMap((size, meeting) =>
    Array.from({ length: size }, (_, index) => ({
      attachment: `${meeting}-${index}`,
      meeting: `demo/m${meeting}`,
      reachable: index >= unreachable,
    })),
  )
  const told: Told[] = []
  const quietMs = Math.max(settleMs, 1_000) + tickMs
  for (let nowMs = 0, quietSinceMs = 0; nowMs - quietSinceMs <= quietMs; nowMs += tickMs) {
    const next = nextToGo({
      people,
      told: told.filter(({ atMs }) => nowMs - atMs < settleMs),
      stay: new Set(stay),
      nowMs,
      random,
    })
    if (next === undefined) continue
    quietSinceMs = nowMs
    told.push({ meeting: next.meeting, atMs: nowMs })
    people = people.filter(({ attachment }) => attachment !== next.attachment)
  }
  return { told, left: people }
}

const within = (told: readonly Told[], from: number, lengthMs: number): readonly Told[] =>
  told.filter(({ atMs }) => atMs >= from && atMs < from + lengthMs)

test('at any moment the pace holds, and in the end nobody is left', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 1_000_000 }), (of, seed) => {
      const { told, left } = drained(of, { seed })
      expect(left).toEqual([])
      for (const { atMs } of told) {
        expect(within(told, atMs, 1_000).length).toBeLessThanOrEqual(movesPerSecond)
        for (const meeting of new Set(told.map((each) => each.meeting))) {
          const one = within(told, atMs, settleMs).filter((each) => each.meeting === meeting)
          expect(one.length).toBeLessThanOrEqual(atOnce.people)
        }
      }
    }),
    { numRuns: 40 },
  )
})

test('of a large meeting one in twenty may be under way, of a small one ten', () => {
  expect([1, 10, 200, 201, 1_000].map(atOnceOf)).toEqual([10, 10, 10, 11, 50])
})

test('many small meetings leave at twenty people a second, one meeting of thirty in three steps', () => {
  const many = drained(Array.from({ length: 50 }, () => 2)).told
  expect(many.at(-1)?.atMs).toBe(99 * tickMs)
  const one = drained([30]).told
  expect(one.at(-1)?.atMs).toBeGreaterThanOrEqual(2 * settleMs)
  expect(one.at(-1)?.atMs).toBeLessThan(3 * settleMs)
})

test('who has nowhere to go and who cannot be told is left alone, and holds up nobody else', () => {
  const { left } = drained([3, 4, 5], { stay: ['demo/m1'], unreachable: 1 })
  expect(left.map(({ attachment }) => attachment)).toEqual(['0-0', '1-0', '1-1', '1-2', '1-3', '2-0'])
})
