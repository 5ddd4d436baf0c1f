import { expect, test } from 'vitest'

import { asCodedError, CodedError, commonErrors, errorTable } from './errors.ts'

const table = errorTable({
  room_full: { status: 409, retry: 'later', say: (m: { capacity: number }) => `All ${m.capacity} places are taken.` },
})

test('an error carries its code, status, retry, field and cause', () => {
  const cause = new Error('inner')
  const error = table.raise.room_full({ capacity: 5 }, { field: 'name', cause, retryAfterMs: 100 })
  expect(error).toBeInstanceOf(CodedError)
  expect(error).toMatchObject({ code: 'room_full', status: 409, retry: 'later', field: 'name', retryAfterMs: 100, cause })
  expect(error.message).toBe('All 5 places are taken.')
})

test('what is unknown becomes internal, and its text stays inside', () => {
  const error = asCodedError(new Error('password=hunter2'))
  expect(error).toMatchObject({ code: 'internal', status: 500 })
  expect(error.message).not.toContain('hunter2')
  expect((error.cause as Error).message).toContain('hunter2')
})

test('what is ours stays as it is', () => {
  const error = commonErrors.raise.timeout({ what: 'x', timeoutMs: 5 })
  expect(asCodedError(error)).toBe(error)
})
