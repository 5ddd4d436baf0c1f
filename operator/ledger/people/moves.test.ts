import { expect, test } from 'vitest'

import { moveForMs, Moves, personOf, type Move } from './moves.ts'

const ann = personOf({ namespace: 'demo', name: 'standup' }, 'ann')
const aMove: Move = { attachment: 'first', from: 'a', to: 'b', reason: 'nearer', reservation: 1 }

test('a move is meant for the placement that replaces its attachment, for a minute, once', () => {
  const moves = new Moves()
  moves.begin(ann, aMove, 0)
  expect(moves.of(ann, 'first', moveForMs - 1)).toMatchObject(aMove)
  expect([moves.of(ann, 'later', 1), moves.of(ann, undefined, 1), moves.of('somebody', 'first', 1)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(moves.of(ann, 'first', moveForMs)).toBeUndefined()
  moves.end(ann)
  expect(moves.of(ann, 'first', 1)).toBeUndefined()
})

test('the memory is bounded by time and by number', () => {
  const moves = new Moves()
  for (let index = 0; index < 10_010; index++) moves.begin(`p${index}`, aMove, 0)
  expect([moves.size, moves.of('p9', 'first', 1), moves.of('p10', 'first', 1)?.to]).toEqual([10_000, undefined, 'b'])
  moves.begin(ann, aMove, moveForMs)
  expect(moves.size).toBe(1)
})
