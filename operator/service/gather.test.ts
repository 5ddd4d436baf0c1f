import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { createGatherer, type Numbered } from './gather.ts'

interface Batch {
  readonly items: readonly string[]
  readonly signal: AbortSignal
  /** Takes it and answers nobody yet. */
  take(): void
  /** Takes it and answers one of its items; the others wait on. */
  answerOne(index: number): void
  answer(answers?: readonly string[]): void
  fail(): void
}

/** A gatherer of words, and what it asks; each word is answered in capitals when the test says so. */
function aGatherer(atMost: Partial<{ items: number; bytes: number; waiting: number; batches: number }> = {}) {
  const clock = virtualClock()
  const batches: Batch[] = []
  const gone = new Set<string>()
  const gatherer = createGatherer<string, string>({
    send: (items, signal) =>
      new Promise((resolve, reject) => {
        const answers = new PassThrough({ objectMode: true })
        const take = (): void =>
          resolve(async (hear) => {
            for await (const answer of answers) hear(answer as Numbered<string>)
          })
        const answerOne = (index: number, answer: string | undefined): void => {
          take()
          if (answer !== undefined) answers.write([index, answer])
        }
        const capitals = items.map((item) => item.toUpperCase())
        const lose = (error: Error): void => {
          reject(error)
          answers.destroy(error)
        }
        answers.on('error', () => undefined)
        batches.push({
          items,
          signal,
          take,
          answerOne: (index) => answerOne(index, capitals[index]),
          answer(all = capitals) {
            for (const [index, answer] of all.entries()) answerOne(index, answer)
            take()
            answers.end()
          },
          fail: () => lose(new Error('gone')),
        })
        signal.addEventListener('abort', () => lose(signal.reason as Error), { once: true })
      }),
    bytesOf: (item) => item.length,
    isWanted: (item) => !gone.has(item),
    withinMs: (item) => (item.startsWith('slow') ? 3_000 : 500),
    takenWithinMs: 500,
    atMost: { items: 64, bytes: 1_000, waiting: 100, batches: 32, ...atMost },
    clock,
  })
  const ask = (...words: string[]) => Promise.all(words.map((word) => gatherer.ask(word)))
  const batch = async (index: number): Promise<Batch> => {
    await turn()
    const found = batches[index]
    if (found === undefined) throw new Error(`only ${batches.length} batches were sent`)
    return found
  }
  return { ask, batch, batches, gone, clock }
}

test('what is asked in one turn goes together, in order, and each gets its own answer', async () => {
  const { ask, batch, batches } = aGatherer()
  const answers = ask('ann', 'bob', 'cem')
  const first = await batch(0)
  expect(first.items).toEqual(['ann', 'bob', 'cem'])
  first.answer()
  expect(await answers).toEqual(['ANN', 'BOB', 'CEM'])
  expect(batches).toHaveLength(1)
})

test('what is asked while a batch is under way goes with the next, which is sent when the answers are there', async () => {
  const { ask, batch, batches } = aGatherer()
  const first = ask('ann')
  const under = await batch(0)
  const later = [ask('bob'), ask('cem')]
  await turn()
  expect(batches).toHaveLength(1)
  under.answer()
  expect(await first).toEqual(['ANN'])
  const next = await batch(1)
  expect(next.items).toEqual(['bob', 'cem'])
  next.answer()
  expect(await Promise.all(later)).toEqual([['BOB'], ['CEM']])
})

test('a batch has so many items and so many bytes; one that is larger than all goes alone', async () => {
  const { ask, batch } = aGatherer({ items: 3, bytes: 10 })
  const answers = ask('a', 'b', 'c', 'd', 'eeeee', 'fffff', 'gggggggggggggggg', 'h')
  const sent = []
  for (let index = 0; index < 5; index++) {
    const each = await batch(index)
    sent.push(each.items)
    each.answer()
  }
  expect(sent).toEqual([['a', 'b', 'c'], ['d', 'eeeee'], ['fffff'], ['gggggggggggggggg'], ['h']])
  expect(await answers).toEqual(['A', 'B', 'C', 'D', 'EEEEE', 'FFFFF', 'GGGGGGGGGGGGGGGG', 'H'])
})

test('nobody waits longer than the time, in line or under way, and a batch that nobody waits for is given up', async () => {
  const { ask, batch, batches, clock } = aGatherer()
  const first = ask('ann')
  const { signal } = await batch(0)
  await clock.advance(300)
  const second = ask('bob')
  await clock.advance(200)
  expect(await first).toEqual([undefined])
  expect(signal.aborted).toBe(true)
  expect((await batch(1)).items).toEqual(['bob'])
  const third = ask('cem')
  await clock.advance(300)
  expect(await second).toEqual([undefined])
  const last = await batch(2)
  expect(last.items).toEqual(['cem'])
  await clock.advance(199)
  last.answer()
  expect(await third).toEqual(['CEM'])
  expect(batches).toHaveLength(3)
  await turn()
  expect(clock.pending()).toBe(0)
})

test('who may wait longer is waited for once they are taken, and keeps nobody from the next batch while they are not', async () => {
  const { ask, batch, clock } = aGatherer()
  const taken = ask('ann', 'slow')
  const first = await batch(0)
  first.take()
  await clock.advance(2_999)
  expect(first.signal.aborted).toBe(false)
  first.answer()
  expect(await taken).toEqual([undefined, 'SLOW'])
  const left = ask('slow too')
  const next = ask('bob')
  const untaken = await batch(1)
  await clock.advance(500)
  expect([untaken.signal.aborted, await left, await next]).toEqual([true, [undefined], [undefined]])
  await turn()
  expect(clock.pending()).toBe(0)
})

test('who waited in line until their time was over is not sent', async () => {
  const { ask, batch, batches, clock } = aGatherer({ items: 1 })
  const answers = ask('ann', 'bob')
  await batch(0)
  await clock.advance(500)
  expect(await answers).toEqual([undefined, undefined])
  await turn()
  expect(batches).toHaveLength(1)
  const last = ask('cem')
  ;(await batch(1)).answer()
  expect(await last).toEqual(['CEM'])
})

test('who takes their time holds up neither the others of their batch nor the next one', async () => {
  const { ask, batch, clock } = aGatherer()
  const [slow, quick] = [ask('ann'), ask('bob')]
  const first = await batch(0)
  const later = ask('cem')
  first.take()
  ;(await batch(1)).answer()
  expect(await later).toEqual(['CEM'])
  first.answerOne(1)
  expect(await quick).toEqual(['BOB'])
  first.answer()
  expect(await slow).toEqual(['ANN'])
  await turn()
  expect(clock.pending()).toBe(0)
})

test('of so many batches that are not answered whole the last one is waited for', async () => {
  const { ask, batch, batches } = aGatherer({ batches: 2 })
  const answers = [ask('ann', 'slow')]
  ;(await batch(0)).answerOne(0)
  answers.push(ask('bob', 'slow too'))
  ;(await batch(1)).answerOne(0)
  answers.push(ask('cem'))
  await turn()
  expect(batches).toHaveLength(2)
  batches[1]?.answer()
  ;(await batch(2)).answer()
  batches[0]?.answer()
  expect(await Promise.all(answers)).toEqual([['ANN', 'SLOW'], ['BOB', 'SLOW TOO'], ['CEM']])
})

test('a batch that fails leaves its items without an answer, and the next one goes', async () => {
  const { ask, batch } = aGatherer()
  const first = ask('ann', 'bob')
  const failing = await batch(0)
  const second = ask('cem')
  failing.fail()
  expect(await first).toEqual([undefined, undefined])
  ;(await batch(1)).answer()
  expect(await second).toEqual(['CEM'])
})

test('answers that are too few leave the others without one', async () => {
  const { ask, batch } = aGatherer()
  const answers = ask('ann', 'bob')
  ;(await batch(0)).answer(['ANN'])
  expect(await answers).toEqual(['ANN', undefined])
})

test('what nobody waits for any more is not asked', async () => {
  const { ask, batch, gone } = aGatherer()
  const first = ask('ann')
  const under = await batch(0)
  const second = ask('bob', 'cem')
  gone.add('bob')
  under.answer()
  await first
  const next = await batch(1)
  expect(next.items).toEqual(['cem'])
  next.answer()
  expect(await second).toEqual([undefined, 'CEM'])
})

test('where too many wait, one more has no answer at once', async () => {
  const { ask, batch } = aGatherer({ waiting: 2 })
  const first = ask('ann')
  const under = await batch(0)
  const waiting = ask('bob', 'cem')
  expect(await ask('dan')).toEqual([undefined])
  under.answer()
  ;(await batch(1)).answer()
  expect(await waiting).toEqual(['BOB', 'CEM'])
  expect(await first).toEqual(['ANN'])
})
