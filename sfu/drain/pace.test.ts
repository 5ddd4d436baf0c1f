import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { seededRandom } from '../../kit/seededRandom.ts'
import { drainPace, underWayAtMost } from '../api/drain.ts'
import { nextToGo, type Leaving, type Told } from './pace.ts'

const tickMs = 50
const { settleMs, peoplePerSecond } = drainPace
const hourMs = 3_600_000

interface Options {
  readonly stay?: readonly string[]
  readonly publishersStay?: readonly string[]
  /** The first so many of each meeting have lost their connection. */
  readonly unreachable?: number
  /** The first so many of each meeting may publish. */
  readonly publishers?: number
  /** How many people of each meeting are on other nodes. */
  readonly elsewhere?: number
  readonly pace?: number
  readonly deadlineMs?: number
  readonly seed?: number
}

function peopleOf(sizes: readonly number[], options: Options): Leaving[] {
  const { unreachable = 0, publishers = Infinity, elsewhere = 0 } = options
  return sizes.flatMap((size, meeting) =>
    Array.from({ length: size }, (_, index) => ({
      attachment: `${meeting}-${index}`,
      meeting: `demo/m${meeting}`,
      of: size + elsewhere,
      reachable: index >= unreachable,
      mayPublish: index < publishers,
    })),
  )
}

/** A drain of meetings of these sizes, with time that passes by ticks, until nobody may go any more. Returns who was told when. */
function drained(sizes: readonly number[], options: Options = {}) {
  const { stay = [], publishersStay = [], pace = peoplePerSecond, deadlineMs = hourMs } = options
  const random = seededRandom(options.seed ?? 1)
  const staying = { stay: new Set(stay), publishersStay: new Set(publishersStay) }
  let people = peopleOf(sizes, options)
  const told: Told[] = []
  const quietMs = Math.max(settleMs, 1_000) + tickMs
  for (let nowMs = 0, quietSinceMs = 0; nowMs - quietSinceMs <= quietMs; nowMs += tickMs) {
    const lately = told.filter(({ atMs }) => nowMs - atMs < settleMs)
    const next = nextToGo({ people, told: lately, staying, pace, leftMs: deadlineMs - nowMs, nowMs, random })
    if (next === undefined) continue
    quietSinceMs = nowMs
    told.push({ meeting: next.meeting, atMs: nowMs })
    people = people.filter(({ attachment }) => attachment !== next.attachment)
  }
  return { told, left: people }
}

const within = (told: readonly Told[], from: number, lengthMs: number): readonly Told[] =>
  told.filter(({ atMs }) => atMs >= from && atMs < from + lengthMs)

test('at any moment the pace of the node and the budget of each meeting hold, and in the end nobody is left', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 5 })
  const pace = fc.integer({ min: 5, max: 20 })
  fc.assert(
    fc.property(sizes, pace, fc.integer({ min: 1, max: 1_000_000 }), (of, perSecond, seed) => {
      const { told, left } = drained(of, { seed, pace: perSecond })
      expect(left).toEqual([])
      for (const { atMs } of told) {
        expect(within(told, atMs, 1_000).length).toBeLessThanOrEqual(perSecond)
        for (const [index, size] of of.entries()) {
          const one = within(told, atMs, settleMs).filter(({ meeting }) => meeting === `demo/m${index}`)
          expect(one.length).toBeLessThanOrEqual(underWayAtMost(size))
        }
      }
    }),
    { numRuns: 25 },
  )
})

test('of a large meeting one in ten may be under way, of a small one one', () => {
  expect([1, 9, 10, 29, 30, 1_000].map(underWayAtMost)).toEqual([1, 1, 1, 2, 3, 100])
})

test('many meetings leave at twenty people a second, one meeting in ten steps, by its people wherever they are', () => {
  const many = drained(Array.from({ length: 60 }, () => 2)).told
  expect(many.filter(({ atMs }) => atMs < settleMs)).toHaveLength(60)
  const one = drained([30]).told
  expect(one.at(-1)?.atMs).toBeGreaterThanOrEqual(9 * settleMs)
  expect(one.at(-1)?.atMs).toBeLessThan(10 * settleMs)
  const few = drained([30], { elsewhere: 270 }).told
  expect(few.at(-1)?.atMs).toBeLessThan(settleMs)
})

test('as the deadline comes near more of a meeting go at once, so that nobody has to be closed', () => {
  const { told, left } = drained([12], { deadlineMs: 12_000 })
  expect(left).toEqual([])
  expect(told.at(-1)?.atMs).toBeLessThan(12_000 - settleMs + 500)
  expect(within(told, 0, settleMs).length).toBeLessThanOrEqual(4)
})

test('a pace that is asked for holds, though the deadline comes', () => {
  const { told } = drained([5, 5, 5, 5], { pace: 2, deadlineMs: 4_000 })
  for (const { atMs } of told) expect(within(told, atMs, 1_000).length).toBeLessThanOrEqual(2)
})

test('who has nowhere to go and who cannot be told is left alone, and holds up nobody else', () => {
  const { left } = drained([3, 4, 5], { stay: ['demo/m1'], unreachable: 1 })
  expect(left.map(({ attachment }) => attachment)).toEqual(['0-0', '1-0', '1-1', '1-2', '1-3', '2-0'])
})

test('of a meeting whose publishers stay the audience goes', () => {
  const { left } = drained([6, 3], { publishersStay: ['demo/m0'], publishers: 2 })
  expect(left.map(({ attachment }) => attachment)).toEqual(['0-0', '0-1'])
})
