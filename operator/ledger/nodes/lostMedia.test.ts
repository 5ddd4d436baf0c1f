import { expect, test } from 'vitest'

import { LostMedia, lostMediaCountsMs } from './lostMedia.ts'

const said = (...reports: readonly (readonly [participant: string, bearer: string, atMs: number])[]): LostMedia => {
  const lost = new LostMedia()
  for (const [participant, bearer, atMs] of reports) lost.note({ participant, bearer }, atMs)
  return lost
}

test('one person makes no sign, however often they say it', () => {
  expect(said(['ann', 's', 0], ['ann', 's', 1], ['ann', 's', 2]).sign(3)).toBeUndefined()
})

test('two people are a sign, and two signaling services are one', () => {
  expect(said(['ann', 's', 0], ['bob', 's', 0]).sign(0)).toBe('several people lost their media on it')
  expect(said(['ann', 's', 0], ['ann', 't', 0]).sign(0)).toBe('several signaling services report lost media on it')
})

test('what was said too long ago counts no more', () => {
  const lost = said(['ann', 's', 0], ['bob', 's', 5_000])
  expect(lost.sign(lostMediaCountsMs - 1)).toBeDefined()
  expect(lost.sign(lostMediaCountsMs)).toBeUndefined()
})

test('however many say it, few are kept: the latest', () => {
  const lost = said(...Array.from({ length: 5_000 }, (_, index) => [`p${index}`, 's', index] as const))
  expect(lost.sign(4_999 + lostMediaCountsMs - 50)).toBeDefined()
  expect(lost.sign(4_999 + lostMediaCountsMs)).toBeUndefined()
})
