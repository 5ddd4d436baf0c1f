import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'

import { gridOf } from './grid.ts'

const laptop = { width: 1280, height: 640, gap: 8 }
const phone = { width: 374, height: 640, gap: 8 }

test('people stand side by side on a laptop and below each other on a phone', () => {
  const shape = (count: number, box: typeof laptop): [number, number] => {
    const { columns, rows } = gridOf(count, box)
    return [columns, rows]
  }
  expect([1, 2, 3, 4, 6].map((count) => shape(count, laptop))).toEqual([
    [1, 1],
    [2, 1],
    [2, 2],
    [2, 2],
    [3, 2],
  ])
  expect([1, 2, 3, 6].map((count) => shape(count, phone))).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
    [2, 3],
  ])
})

test('whatever the window, all tiles fit and none is wider than 16:9 or narrower than 3:4', () => {
  assert(
    property(
      integer({ min: 1, max: 30 }),
      integer({ min: 200, max: 4000 }),
      integer({ min: 200, max: 3000 }),
      (count, width, height) => {
        const { columns, rows, tileWidth, tileHeight } = gridOf(count, { width, height, gap: 8 })
        expect(columns * rows).toBeGreaterThanOrEqual(count)
        expect(columns * tileWidth + (columns - 1) * 8).toBeLessThanOrEqual(width)
        expect(rows * tileHeight + (rows - 1) * 8).toBeLessThanOrEqual(height)
        expect((tileWidth - 1) / (tileHeight + 1)).toBeLessThanOrEqual(16 / 9)
        expect((tileWidth + 1) / (tileHeight - 1)).toBeGreaterThanOrEqual(3 / 4)
      },
    ),
  )
})
