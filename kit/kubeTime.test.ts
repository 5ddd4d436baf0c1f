import { expect, test } from 'vitest'

import { kubeTime } from './kubeTime.ts'

test('times are written to the second', () => {
  expect(kubeTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('2026-01-02T03:04:05Z')
})
