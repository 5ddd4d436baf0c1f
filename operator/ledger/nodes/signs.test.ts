import { expect, test } from 'vitest'

import { secondSignOf, type Signs } from './signs.ts'

const nothing: Signs = { refused: false, podGone: false, pipes: { down: [], others: 0 }, lostMedia: undefined }
const pipes = (down: readonly string[], others: number): Partial<Signs> => ({ pipes: { down, others } })

test.each<[string, Partial<Signs>, string | undefined]>([
  ['nothing', {}, undefined],
  ['a refused connection', { refused: true }, 'refuses connections'],
  ['its Pod gone', { podGone: true }, 'its Pod has gone'],
  ['the only peer reports its pipe down', pipes(['b'], 0), 'b reports its pipe to it down'],
  ['one of two peers does', pipes(['b'], 1), undefined],
  ['two of many peers do', pipes(['b', 'c'], 7), 'b, c report their pipes to it down'],
  ['no pipe is down', pipes([], 3), undefined],
  ['many peers do', pipes(['b', 'c', 'd', 'e', 'f'], 0), 'b, c, d and 2 more report their pipes to it down'],
  ['several lost their media', { lostMedia: 'several people lost their media on it' }, 'several people lost their media on it'],
])('the second sign of death: %s', (_, signs, words) => {
  expect(secondSignOf({ ...nothing, ...signs })).toBe(words)
})
