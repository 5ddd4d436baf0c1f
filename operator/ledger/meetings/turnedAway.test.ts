import { expect, test } from 'vitest'

import { oneMoreTurnedAway, turnedAwayForMs, turnedAwayLately, type TurnedAway } from './turnedAway.ts'

const full = { code: 'nodes_full', reason: 'none of the 3 ready media nodes in eu-west has room' }
const none = { code: 'no_node_ready', reason: 'no media node in eu-west is ready' }
/** Steps of ten. */
const stepOf = (count: number): number => Math.floor(count / 10)
const one = (known: TurnedAway | undefined, why: typeof full, nowMs: number): TurnedAway =>
  oneMoreTurnedAway(known, why, { nowMs, wallMs: 1_000_000 + nowMs, stepOf })

test('what is told follows the tries in steps, the newest reason with each', () => {
  let known = one(undefined, full, 0)
  const told = [known.told]
  for (let index = 1; index < 25; index++) {
    known = one(known, index === 9 ? none : full, index)
    if (told.at(-1) !== known.told) told.push(known.told)
  }
  expect([known.count, known.sinceWallMs, known.lastAtMs]).toEqual([25, 1_000_000, 24])
  expect(told.map(({ count, code }) => [count, code])).toEqual([
    [1, 'nodes_full'],
    [10, 'no_node_ready'],
    [20, 'nodes_full'],
  ])
})

test('another reason is told within a minute, and however they take turns not sooner', () => {
  let known = one(undefined, full, 0)
  const told = new Set([known.told])
  for (let atMs = 1; atMs < 9; atMs++) told.add((known = one(known, atMs % 2 === 0 ? full : none, atMs)).told)
  expect([...told].map(({ code }) => code)).toEqual(['nodes_full'])
  expect(oneMoreTurnedAway(known, none, { nowMs: 59_999, wallMs: 0, stepOf: () => 0 }).told).toBe(known.told)
  expect(oneMoreTurnedAway(known, none, { nowMs: 60_000, wallMs: 0, stepOf: () => 0 }).told).toMatchObject(none)
})

test('once nobody has tried for some minutes it is over, and the next begins anew', () => {
  const known = one(one(undefined, full, 0), full, 1_000)
  expect(turnedAwayLately(known, 999 + turnedAwayForMs)).toBe(known)
  expect(turnedAwayLately(known, 1_000 + turnedAwayForMs)).toBeUndefined()
  expect(one(known, none, 1_000 + turnedAwayForMs)).toMatchObject({
    ...{ count: 1, sinceWallMs: 1_001_000 + turnedAwayForMs, told: { ...none, count: 1 } },
  })
})
