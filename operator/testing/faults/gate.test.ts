import { expect, test } from 'vitest'

import { virtualClock } from '../../../kit/virtualClock.ts'
import type { CallFault } from './callFault.ts'
import { createGate } from './gate.ts'
import { ProcessLife } from './processLife.ts'

const error = (words: string) => () => new Error(words)

/** What becomes of one call in 30 s: whether it was done, what its caller saw, and whether the process lives. */
async function outcomeOf(fault: CallFault, { pausedMs = 0 } = {}) {
  const clock = virtualClock()
  const life = new ProcessLife()
  let done = 0
  let seen = 'nothing'
  const gate = createGate({ life, clock, random: () => 0.5, fault: () => fault, isCut: () => false, crash: () => life.end() })
  const errors = { timeoutMs: 5_000, late: error('late'), lost: error('lost'), refused: error('refused') }
  if (pausedMs > 0) {
    life.pause()
    clock.after(pausedMs, () => life.resume())
  }
  const asked = gate.pass({ to: 'agent', verb: 'put', about: 'a' }, errors, () => void (done += 1))
  asked.then(
    () => (seen = `answer at ${clock.monotonicMs()}`),
    (thrown: unknown) => (seen = `${(thrown as Error).message} at ${clock.monotonicMs()}`),
  )
  await clock.advance(30_000)
  return { done: done === 1, seen, alive: life.alive }
}

test.each<[CallFault, object]>([
  [undefined, { done: true, seen: 'answer at 0', alive: true }],
  ['refused', { done: false, seen: 'refused at 0', alive: true }],
  ['lostRequest', { done: false, seen: 'lost at 0', alive: true }],
  ['lostAnswer', { done: true, seen: 'lost at 0', alive: true }],
  ['hung', { done: false, seen: 'late at 5000', alive: true }],
  ['lateRequest', { done: true, seen: 'late at 5000', alive: true }],
  ['lateAnswer', { done: true, seen: 'late at 5000', alive: true }],
  ['crashBefore', { done: false, seen: 'nothing', alive: false }],
  ['crashAfter', { done: true, seen: 'nothing', alive: false }],
])('a call that meets %s', async (fault, outcome) => {
  expect(await outcomeOf(fault)).toEqual(outcome)
})

test('a process that is paused hears the answer when it goes on', async () => {
  expect(await outcomeOf(undefined, { pausedMs: 12_000 })).toEqual({ done: true, seen: 'answer at 12000', alive: true })
})
