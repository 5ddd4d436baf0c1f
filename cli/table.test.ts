import { expect, test } from 'vitest'

import { table } from './table.ts'

test('columns are aligned, empty cells are named and nothing trails', () => {
  const text = table(
    [
      { heading: 'node', of: (row: { node: string; load?: string }) => row.node },
      { heading: 'load', of: ({ load }) => load },
    ],
    [{ node: 'a', load: '0.1' }, { node: 'longer' }],
  )
  expect(text).toBe('NODE     LOAD\na        0.1\nlonger   <none>\n')
})

test("an object's text cannot steer the terminal", () => {
  expect(table([{ heading: 'title', of: (text: string) => text }], ['a\u001b[31mred\nb'])).toBe('TITLE\na [31mred b\n')
})
