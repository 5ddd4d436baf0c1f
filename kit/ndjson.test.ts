import { expect, test } from 'vitest'

import { ndjsonLine, readNdjson } from './ndjson.ts'

async function* bytes(...chunks: Uint8Array[]) {
  yield* chunks
}
async function read(chunks: Uint8Array[], maxLineBytes = 100): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const value of readNdjson(bytes(...chunks), { maxLineBytes })) values.push(value)
  return values
}

test('values survive any cut of the stream, also within a character', async () => {
  const whole = new TextEncoder().encode(`${ndjsonLine({ a: 'grün' })}\n${ndjsonLine(2)}`)
  for (let cut = 0; cut <= whole.length; cut++) {
    expect(await read([whole.subarray(0, cut), whole.subarray(cut)])).toEqual([{ a: 'grün' }, 2])
  }
})

test('a line without end is refused before it fills the memory', async () => {
  await expect(read([new TextEncoder().encode('x'.repeat(101))])).rejects.toThrow('more than 100 bytes')
})
