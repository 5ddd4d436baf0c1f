import { expect, test } from 'vitest'

import { captureCodeOf } from './capture.ts'
import { levelOf } from './level.ts'

test.each([
  ['NotAllowedError', 'capture_denied'],
  ['NotFoundError', 'capture_missing'],
  ['NotReadableError', 'capture_busy'],
  ['TypeError', 'capture_failed'],
  ['toString', 'capture_failed'],
])('%s means %s', (name, code) => {
  expect(captureCodeOf(Object.assign(new Error('x'), { name }))).toBe(code)
})

test('loudness goes from silence to full scale in even steps of decibels', () => {
  const at = (amplitude: number): number => levelOf(new Float32Array(2048).fill(amplitude))
  expect(at(0)).toBe(0)
  expect(at(1)).toBe(1)
  expect(at(0.001)).toBeCloseTo(0, 5)
  expect(at(0.1)).toBeCloseTo(2 / 3, 5)
  expect(levelOf(new Float32Array(0))).toBe(0)
})
