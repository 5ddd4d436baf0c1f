import { PassThrough, Readable } from 'node:stream'

import { expect, test } from 'vitest'

import { eachChunk } from './chunks.ts'

test('hears each chunk in order, and resolves at the end', async () => {
  const heard: string[] = []
  await eachChunk(Readable.from([Buffer.from('one'), Buffer.from('two')]), (chunk) => heard.push(Buffer.from(chunk).toString()))
  expect(heard).toEqual(['one', 'two'])
})

test('a stream that breaks off rejects, with its error where it has one', async () => {
  const broken = new PassThrough()
  const reading = eachChunk(broken, () => undefined)
  broken.destroy(new Error('the peer is gone'))
  await expect(reading).rejects.toThrow('the peer is gone')
  const closed = new PassThrough()
  const other = eachChunk(closed, () => undefined)
  closed.destroy()
  await expect(other).rejects.toThrow('closed before its end')
  await expect(eachChunk(broken, () => undefined)).rejects.toThrow('the peer is gone')
})

test('what the hearer throws is the error, and closes the stream', async () => {
  const stream = new PassThrough()
  const reading = eachChunk(stream, () => {
    throw new Error('too long')
  })
  stream.write('line')
  await expect(reading).rejects.toThrow('too long')
  expect(stream.destroyed).toBe(true)
})
