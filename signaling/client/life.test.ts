import { expect, test } from 'vitest'

import { CodedError } from '../../kit/errors.ts'
import { signalingErrors } from '../api/errors.ts'
import { giveUpJoiningMs, giveUpReturningMs, stepLife, type Life, type LifeEffect, type LifeEvent } from './life.ts'

const credentials = { resumeToken: 'token', sessionEpoch: 3, node: 'node-a' }
const live: Life = { at: 'live', credentials }
const refusal = (retry: 'never' | 'later' | 'elsewhere', retryAfterMs?: number): CodedError =>
  new CodedError({
    code: 'meeting_full',
    message: 'All places are taken.',
    status: 409,
    retry,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })

/** The life after `events`, each a second after the one before, and what the last one does. */
function after(start: Life, ...events: LifeEvent[]): { life: Life; effects: readonly LifeEffect[] } {
  let life = start
  let effects: readonly LifeEffect[] = []
  for (const [index, event] of events.entries()) ({ next: life, effects } = stepLife(life, event, index * 1000))
  return { life, effects }
}

const start: LifeEvent = { type: 'start', replaces: undefined }
const opened: LifeEvent = { type: 'socketOpened' }
const lost: LifeEvent = { type: 'socketLost', code: 1006, reason: '' }
const welcomed: LifeEvent = { type: 'welcomed', credentials }
const retryDue: LifeEvent = { type: 'retryDue' }
const idle: Life = { at: 'idle' }

test('a first join dials, joins and is live', () => {
  expect(after(idle, start).effects).toEqual([{ do: 'dial' }])
  expect(after(idle, start, opened).effects).toEqual([{ do: 'join', replaces: undefined, excludeNodes: [] }])
  expect(after(idle, start, opened, welcomed).life).toEqual(live)
})

test('a page that was loaded again takes its earlier place, and joins plainly when that is gone', () => {
  const again: LifeEvent = { type: 'start', replaces: 'earlier' }
  expect(after(idle, again, opened).effects).toEqual([{ do: 'join', replaces: 'earlier', excludeNodes: [] }])
  const gone: LifeEvent = { type: 'refused', error: signalingErrors.raise.resume_invalid({}) }
  expect(after(idle, again, opened, gone).effects).toEqual([{ do: 'hangUp' }, { do: 'dial' }])
  expect(after(idle, again, opened, gone, opened).effects).toEqual([{ do: 'join', replaces: undefined, excludeNodes: [] }])
})

test('a refusal for good closes with its code, one that may be tried again waits as long as it says', () => {
  expect(after(idle, start, opened, { type: 'refused', error: refusal('never') }).life).toEqual({
    at: 'closed',
    code: 'meeting_full',
    why: 'All places are taken.',
  })
  const { life, effects } = after(idle, start, opened, { type: 'refused', error: refusal('later', 7_000) })
  expect(life).toMatchObject({ at: 'connecting', doing: 'waiting', attempt: 1, trouble: { code: 'meeting_full' } })
  expect(effects).toEqual([{ do: 'hangUp' }, { do: 'wait', attempt: 1, atLeastMs: 7_000 }])
})

test('a lost socket is resumed after a short wait, each time with a higher epoch', () => {
  const first = after(live, lost)
  expect(first.life).toMatchObject({ at: 'reconnecting', doing: 'waiting' })
  expect(first.effects).toEqual([{ do: 'hangUp' }, { do: 'wait', attempt: 1, atLeastMs: 0 }])
  const asked = after(live, lost, retryDue, opened)
  expect(asked.effects).toEqual([{ do: 'resume', resume: { resumeToken: 'token', sessionEpoch: 4 } }])
  const twice = after(live, lost, retryDue, opened, lost, retryDue, opened)
  expect(twice.effects).toEqual([{ do: 'resume', resume: { resumeToken: 'token', sessionEpoch: 5 } }])
})

test('a refused resume joins again in the same place', () => {
  const error = signalingErrors.raise.resume_invalid({})
  const refused = after(live, lost, retryDue, opened, { type: 'refused', error })
  expect(refused.life).toMatchObject({ at: 'rejoining', doing: 'dialling' })
  expect(after(live, lost, retryDue, opened, { type: 'refused', error }, opened).effects).toEqual([
    { do: 'join', replaces: 'token', excludeNodes: [] },
  ])
})

test('a media node that no replica reaches is left after some tries, however long the way to a replica was', () => {
  const unreached: LifeEvent = { type: 'refused', error: refusal('elsewhere') }
  const outage = [lost, retryDue, lost, retryDue, lost, retryDue, lost, retryDue, lost, retryDue]
  const missed = [opened, unreached, retryDue]
  const thrice = after(live, ...outage, ...missed, ...missed, ...missed)
  expect(thrice.life).toMatchObject({ at: 'reconnecting', nodeMisses: 3 })
  const given = after(live, ...outage, ...missed, ...missed, ...missed, opened, unreached)
  expect(given.life).toMatchObject({ at: 'rejoining', replaces: 'token', excludeNodes: ['node-a'] })
})

test('an order to join again names the nodes to exclude', () => {
  const ordered: LifeEvent = { type: 'rejoinOrdered', why: 'gone', excludeNodes: ['node-a'] }
  expect(after(live, ordered).effects).toEqual([{ do: 'hangUp' }, { do: 'dial' }])
  expect(after(live, ordered, opened).effects).toEqual([{ do: 'join', replaces: 'token', excludeNodes: ['node-a'] }])
})

test('a missing step of the roster asks for a snapshot', () => {
  expect(after(live, { type: 'rosterGap' }).life).toMatchObject({ at: 'reconnecting' })
})

test('another network ends the wait', () => {
  expect(after(live, lost, { type: 'networkChanged' }).effects).toEqual([{ do: 'dial' }])
})

test('events of a try that is over change nothing', () => {
  const waiting = after(live, lost).life
  for (const late of [welcomed, opened, lost, { type: 'refused', error: refusal('never') } as const])
    expect(stepLife(waiting, late, 0).next).toBe(waiting)
})

test('it gives up: a first join after a minute, coming back after ten', () => {
  const joining = after(idle, start).life
  expect(stepLife(joining, lost, giveUpJoiningMs).next).toMatchObject({ at: 'closed', code: 'unreachable' })
  const returning = after(live, lost, retryDue).life
  expect(stepLife(returning, lost, giveUpJoiningMs).next).toMatchObject({ at: 'reconnecting', doing: 'waiting' })
  expect(stepLife(returning, lost, giveUpReturningMs + 1000).next).toMatchObject({ at: 'closed', code: 'unreachable' })
})

test('a server that does not understand this client is not asked again', () => {
  expect(after(live, { type: 'socketLost', code: 1008, reason: '' }).life).toMatchObject({ at: 'closed', code: 'protocol_error' })
  expect(after(idle, start, { type: 'socketLost', code: 1009, reason: '' }).life).toMatchObject({ code: 'protocol_error' })
})

test.each<Life>([idle, live, after(idle, start).life, after(live, lost).life])('$at: the end closes it for good', (life) => {
  const ended: LifeEvent = { type: 'ended', code: 'meeting_ended', why: 'The meeting has ended.' }
  const closed = stepLife(life, ended, 0)
  expect(closed).toEqual({
    next: { at: 'closed', code: 'meeting_ended', why: 'The meeting has ended.' },
    effects: [{ do: 'hangUp' }],
  })
  expect(stepLife(closed.next, start, 0).next).toBe(closed.next)
})
