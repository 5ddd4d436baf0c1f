import { expect, test } from 'vitest'

import { commonErrors } from './errors.ts'
import { errorOfProblem, problemOf } from './problem.ts'

test('an error survives the way over HTTP with all that a caller acts on', () => {
  const sent = commonErrors.raise.too_many({ what: 'joins' }, { field: 'body.name', retryAfterMs: 1_500 })
  const { code, status, message, retry, field, retryAfterMs } = errorOfProblem(429, JSON.parse(JSON.stringify(problemOf(sent))))
  expect({ code, status, message, retry, field, retryAfterMs }).toEqual({
    code: 'too_many',
    status: 429,
    message: 'Too many joins; slow down.',
    retry: 'later',
    field: 'body.name',
    retryAfterMs: 1_500,
  })
})

test.each([undefined, '<html>', { code: 7 }, { title: 'x'.repeat(2_000) }])('a foreign body (%j) leaves the status', (body) => {
  expect(errorOfProblem(502, body)).toMatchObject({ code: 'unavailable', status: 502, retry: 'later' })
  expect(errorOfProblem(404, body)).toMatchObject({ code: 'invalid', status: 404, retry: 'never' })
})
