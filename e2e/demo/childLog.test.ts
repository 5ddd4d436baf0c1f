import { expect, test } from 'vitest'

import { readLogLine } from './childLog.ts'

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
