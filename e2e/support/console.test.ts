import { expect, test } from 'vitest'

import { consoleSteps, isAsPrinted } from './console.ts'

const page =
  'Text.\n\n```console\n$ first one\nits line\n\nits last\n$ second\n```\n\n    $ no command\n\n```console\n$ third\n...\n```\n'

test('a page gives its commands with what they print, in order', () => {
  expect(consoleSteps(page)).toEqual([
    { command: 'first one', printed: ['its line', '', 'its last'] },
    { command: 'second', printed: [] },
    { command: 'third', printed: ['...'] },
  ])
})

test('nodes of a region, loads, ages and widths may differ, nothing else', () => {
  const printed = ['ann is on eu-west-1 (load 0.02)   3s']
  expect(isAsPrinted('ann is on eu-west-3 (load 0.31) 5m12s\n', printed)).toBe(true)
  expect(isAsPrinted('ann is on us-east-1 (load 0.31) 5s\n', printed)).toBe(false)
  expect(isAsPrinted('bob is on eu-west-1 (load 0.02) 3s\n', printed)).toBe(false)
  expect(isAsPrinted('ann is on eu-west-3 (load 0.31) 5s\nmore\n', printed)).toBe(false)
  expect(isAsPrinted('', printed)).toBe(false)
  expect(isAsPrinted('', [])).toBe(true)
})

test('dots stand for any lines, also none', () => {
  expect(isAsPrinted('a\nb\nc\n', ['...', 'b', '...'])).toBe(true)
  expect(isAsPrinted('b\n', ['...', 'b', '...'])).toBe(true)
  expect(isAsPrinted('a\nc\n', ['...', 'b', '...'])).toBe(false)
})
