import { expect, test } from 'vitest'

import { childLogs, readLogLine, type Attention } from './childLog.ts'

test('a line of kit/log.ts is told with its fields and its cause', () => {
  const line = JSON.stringify({
    level: 'warn',
    time: '2026-01-01T00:00:00Z',
    service: 'operator',
    msg: 'load stream lost',
    node: 'eu-west-1',
    attempt: 3,
    err: { type: 'Error', message: 'ECONNREFUSED', stack: 'at x' },
  })
  expect(readLogLine(line)).toEqual({ level: 'warn', text: 'load stream lost (ECONNREFUSED) node=eu-west-1 attempt=3' })
})

test('a line that is no log line is an error as it stands', () => {
  expect(readLogLine('TypeError: x is not a function')).toEqual({ level: 'error', text: 'TypeError: x is not a function' })
})

test('every line is kept, people see what they pay attention to, and errors that they missed are told later', () => {
  const kept: string[] = []
  let attention: Attention = 'nothing'
  const shown: string[] = []
  const logs = childLogs({
    keep: (name) => void kept.push(name),
    attention: () => attention,
    show: (text) => void shown.push(text),
  })
  const line = (level: string, msg: string): string => JSON.stringify({ level, msg })
  logs.take('operator', line('warn', 'no API yet'))
  logs.take('operator', line('error', 'no key'))
  attention = 'warnings'
  logs.take('operator', line('info', 'started'))
  logs.take('operator', line('warn', 'load stream lost'))
  expect(shown).toEqual(['operator: warn: load stream lost'])
  expect(logs.unseenErrors()).toEqual(['operator: error: no key'])
  expect(kept).toEqual(['operator', 'operator', 'operator', 'operator'])
})
