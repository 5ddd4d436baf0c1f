import { expect, test } from 'vitest'
import { placeUnhandled } from './unhandled.ts'

const files = [
  { path: '/home/ada/parley/sfu/drain.test.ts', name: 'sfu/drain.test.ts' },
  { path: '/home/ada/parley/sfu/cascade.test.ts', name: 'sfu/cascade.test.ts' },
]

test('the end of a process belongs to the file that it ran', () => {
  const cause = {
    message: 'Worker exited unexpectedly with signal SIGSEGV while running test file /home/ada/parley/sfu/cascade.test.ts',
  }
  expect(placeUnhandled({ message: 'Worker forks emitted error.', cause }, files)).toEqual({
    words: 'Worker exited unexpectedly with signal SIGSEGV while running test file sfu/cascade.test.ts',
    file: 'sfu/cascade.test.ts',
  })
})

test('what names no file belongs to none', () => {
  expect(placeUnhandled({ message: 'the heap is full' }, files)).toEqual({ words: 'the heap is full', file: undefined })
})
