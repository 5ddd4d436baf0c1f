import { expect, test } from 'vitest'

import { MoveLog } from './moveLog.ts'

const from = { from: 'a', why: 'a drains', atWallMs: 1_000_000, atMs: 0 }
const person = (attachment: string) => ({ participant: attachment, attachment, publishing: true, hidden: false })
const shown = (log: MoveLog): readonly string[] => log.latest.map(({ from: at, to, people }) => `${at} > ${to}: ${people}`)

test('a move counts when its node tells of them, once, and people of one go are one move', () => {
  const log = new MoveLog()
  for (const attachment of ['1', '2', '3']) log.placed(attachment, from)
  expect(log.latest).toEqual([])
  log.told('b', [person('1'), person('9')], 5_000)
  log.told('b', [person('1'), person('2')], 30_000)
  log.told('c', [person('3')], 31_000)
  expect(shown(log)).toEqual(['a > c: 1', 'a > b: 2'])
  expect(log.latest[1]).toMatchObject({ atWallMs: 1_005_000, why: 'a drains' })
})

test('who comes long after is another move, and the last five are kept', () => {
  const log = new MoveLog()
  for (let turn = 0; turn < 7; turn++) {
    log.placed(`${turn}`, { ...from, atMs: turn * 60_000 })
    log.told('b', [person(`${turn}`)], turn * 60_000)
  }
  expect(shown(log)).toEqual(Array.from({ length: 5 }, () => 'a > b: 1'))
})

test('grants that nobody uses do not pile up', () => {
  const log = new MoveLog()
  for (let turn = 0; turn < 1_001; turn++) log.placed(`${turn}`, from)
  log.told('b', [person('0')], 1)
  expect(log.latest).toEqual([])
  log.told('b', [person('1')], 1)
  expect(shown(log)).toEqual(['a > b: 1'])
})
