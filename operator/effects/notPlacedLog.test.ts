import { expect, test } from 'vitest'

import type { Log, LogFields } from '../../kit/log.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { createNotPlacedLog } from './notPlacedLog.ts'

const standup = { namespace: 'demo', name: 'standup' }
const retro = { namespace: 'demo', name: 'retro' }
const full = { code: 'nodes_full', reason: 'none has room' } as const

function aLog() {
  const clock = virtualClock()
  const lines: string[] = []
  const at = (level: string) => (fields: LogFields, message: string) =>
    void lines.push(
      [level, message, ...[fields.meeting, fields.code, fields.count, fields.reason].filter((each) => each !== undefined)].join(
        ' ',
      ),
    )
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log }
  return {
    clock,
    note: createNotPlacedLog({ clock, log }),
    told: () => lines.splice(0).filter((line) => line.startsWith('info')),
    lines,
  }
}

test('the first is told at once, the others of ten seconds in one line with their number and the last reason', async () => {
  const { clock, note, told } = aLog()
  note(standup, full)
  expect(told()).toEqual(['info not placed standup nodes_full none has room'])
  for (let each = 0; each < 1_000; each++) note(standup, full)
  note(retro, { code: 'nodes_full', reason: 'one has room, and retro may not use it' })
  expect(told()).toEqual([])
  await clock.advance(10_000)
  expect(told()).toEqual(['info others not placed nodes_full 1001 one has room, and retro may not use it'])
})

test('each code is told for itself', async () => {
  const { clock, note, told } = aLog()
  note(standup, full)
  note(retro, { code: 'meeting_full', reason: 'all 5 places of demo/retro are taken' })
  note(retro, { code: 'meeting_full', reason: 'all 5 places of demo/retro are taken' })
  expect(told()).toHaveLength(2)
  await clock.advance(10_000)
  expect(told()).toEqual(['info others not placed meeting_full 1 all 5 places of demo/retro are taken'])
})

test('one alone makes one line, and the next after a while is a first one again', async () => {
  const { clock, note, told } = aLog()
  note(standup, full)
  await clock.advance(60_000)
  expect(told()).toEqual(['info not placed standup nodes_full none has room'])
  note(retro, full)
  expect(told()).toEqual(['info not placed retro nodes_full none has room'])
})

test('every one of them stands in a line of level debug or above', () => {
  const { note, lines } = aLog()
  for (let each = 0; each < 10; each++) note(standup, full)
  expect(lines).toHaveLength(10)
  expect(lines[9]).toBe('debug not placed standup nodes_full none has room')
})
