import { expect, test } from 'vitest'
import { z } from 'zod'

import { checked } from './validation.ts'

const schema = z.strictObject({
  name: z.string().min(2).max(4),
  count: z.number().min(0).max(10).optional(),
  more: z.number().gt(0).lt(5).optional(),
  list: z.array(z.string().regex(/^a/, 'must begin with a')).min(1).max(2).optional(),
  kind: z.enum(['one', 'two']).optional(),
})

/** What is said of `value`. */
function said(value: unknown): { readonly message: string; readonly field: string | undefined } {
  try {
    checked(schema, value, 'body')
  } catch (thrown) {
    const { message, field } = thrown as { message: string; field?: string }
    return { message, field }
  }
  throw new Error('it was taken')
}

test.each<[unknown, string, string]>([
  [{}, 'body.name', 'is needed'],
  [{ name: 5 }, 'body.name', 'must be of the type string'],
  [{ name: 'x' }, 'body.name', 'must be at least 2 characters'],
  [{ name: 'xxxxx' }, 'body.name', 'must be at most 4 characters'],
  [{ name: 'xx', count: -1 }, 'body.count', 'must be at least 0'],
  [{ name: 'xx', count: 11 }, 'body.count', 'must be at most 10'],
  [{ name: 'xx', more: 0 }, 'body.more', 'must be more than 0'],
  [{ name: 'xx', more: 5 }, 'body.more', 'must be less than 5'],
  [{ name: 'xx', list: [] }, 'body.list', 'must be at least 1 item'],
  [{ name: 'xx', list: ['a', 'b'] }, 'body.list[1]', 'must begin with a'],
  [{ name: 'xx', evil: {} }, 'body.evil', 'is not known here'],
  [[], 'body', 'must be of the type object'],
])('%j', (value, field, why) => {
  expect(said(value)).toEqual({ message: `${field}: ${why}`, field })
})

test('a choice names what there is to choose', () => {
  expect(said({ name: 'xx', kind: 'three' }).message).toBe('body.kind: must be one of one, two')
})
