import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { createIdempotency } from './idempotency.ts'

function aMemory() {
  const clock = virtualClock()
  let made = 0
  const memory = createIdempotency<number>({ clock, keepMs: 60_000, keepAtMost: 3, isKept: (answer) => answer % 2 === 1 })
  return { clock, once: (key: string) => memory.once(key, () => Promise.resolve((made += 1))), memory }
}

test('a repetition within the time gets the first answer, one after it another', async () => {
  const { clock, once } = aMemory()
  expect(await once('a')).toBe(1)
  expect(await once('a')).toBe(1)
  await clock.advance(59_000)
  expect(await once('a')).toBe(1)
  await clock.advance(2_000)
  expect(await once('a')).toBe(2)
})

test('two calls at once share one answer; what is not kept is made anew', async () => {
  const { once } = aMemory()
  expect(await Promise.all([once('a'), once('a')])).toEqual([1, 1])
  expect(await Promise.all([once('b'), once('b')])).toEqual([2, 2])
  expect(await once('b')).toBe(3)
  expect(await once('b')).toBe(3)
})

test('a failure is not kept', async () => {
  const { memory, once } = aMemory()
  await expect(memory.once('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await once('a')).toBe(1)
})

test('the memory is bounded: the oldest answers go first', async () => {
  const { once } = aMemory()
  expect(await once('a')).toBe(1)
  await once('x')
  expect(await once('b')).toBe(3)
  await once('y')
  expect(await once('c')).toBe(5)
  await once('z')
  expect(await once('d')).toBe(7)
  expect(await once('b')).toBe(3)
  expect(await once('a')).toBe(8)
})
