import { expect, test } from 'vitest'
import { z } from 'zod'

import { lineReader } from './lineReader.ts'

const read = lineReader(
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('beat'), revision: z.int() }),
    z.object({ type: z.literal('gone'), name: z.string().optional() }),
  ]),
)

test('a line of a kind that is not known yet is passed over, and what is known is read', () => {
  expect(read({ type: 'weather', revision: 'none' })).toBeUndefined()
  expect(read({ type: 'beat', revision: 3, colour: 'red' })).toEqual({ type: 'beat', revision: 3 })
  expect(read({ type: 'gone' })).toEqual({ type: 'gone' })
})

test.each([[undefined], [null], [1], ['beat'], [[]], [{}], [{ type: 7 }], [{ type: 'beat', revision: 'x' }]])(
  'what is no line is refused: %j',
  (line) => {
    expect(() => read(line)).toThrow(expect.objectContaining({ name: 'ZodError' }) as Error)
  },
)
