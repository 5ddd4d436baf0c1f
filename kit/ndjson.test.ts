import { expect, test } from 'vitest'

import { Lines, ndjsonLine, readNdjson } from './ndjson.ts'

async function* bytes(chunks: Iterable<Uint8Array>) {
  yield* chunks
}
async function read(chunks: Uint8Array[], maxLineBytes = 100): Promise<unknown[]> {
  const values: unknown[] = []
  for await (const value of readNdjson(bytes(chunks), { maxLineBytes })) values.push(value)
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

test('a whole line that is too long is refused too, and what came before it is not lost', async () => {
  const values: unknown[] = []
  const stream = bytes([new TextEncoder().encode(`1\n"${'x'.repeat(100)}"\n2\n`)])
  const reading = async (): Promise<void> => {
    for await (const value of readNdjson(stream, { maxLineBytes: 100 })) values.push(value)
  }
  await expect(reading()).rejects.toThrow('more than 100 bytes')
  expect(values).toEqual([1])
})

test('a long line in the smallest of chunks, and short ones after it', async () => {
  const long = 'ü'.repeat(50_000)
  const whole = new TextEncoder().encode(`"${long}"\n1\n2`)
  const chunks = Array.from(whole, (byte) => Uint8Array.of(byte))
  expect(await read(chunks, 1_000_000)).toEqual([long, 1, 2])
})

test('a reader of lines that come whole takes no memory outside of the heap', () => {
  const line = Buffer.from('{"a":1}\n')
  const before = process.memoryUsage().arrayBuffers
  const readers = Array.from({ length: 1_000 }, () => new Lines({ maxLineBytes: 1_000 }))
  const texts = readers.flatMap((reader) => [...reader.in(line)])
  expect(texts).toEqual(Array(1_000).fill('{"a":1}'))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
})
