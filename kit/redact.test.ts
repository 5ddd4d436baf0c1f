import { expect, test } from 'vitest'

import { redacted } from './redact.ts'

test('what stands under the name of a secret is censored, three objects deep, and nothing else', () => {
  const fields = {
    token: 'hunter2',
    node: 'eu-1',
    count: 0,
    err: { grant: { deep: 'hunter2' }, message: 'no', request: { authorization: 'hunter2', url: '/v1', more: { text: 'kept' } } },
  }
  expect(redacted(fields)).toEqual({
    token: '[redacted]',
    node: 'eu-1',
    count: 0,
    err: { grant: '[redacted]', message: 'no', request: { authorization: '[redacted]', url: '/v1', more: { text: 'kept' } } },
  })
  expect(fields.err.request.authorization).toBe('hunter2')
})

test('a line without a secret is the same object', () => {
  const fields = { node: 'eu-1', err: { code: 'gone', list: ['a'] }, field: undefined, reason: null }
  expect(redacted(fields)).toBe(fields)
})

test('an object within itself ends', () => {
  const err: Record<string, unknown> = { secret: 'hunter2' }
  err['cause'] = err
  expect(redacted({ err })).toMatchObject({ err: { secret: '[redacted]' } })
})
