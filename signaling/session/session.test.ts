import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { closeReasons, type CloseReason } from '../../sfu/api/session.ts'
import { fresh, step, type Effect, type Session, type SessionEvent } from './session.ts'

const seat = { node: 'media-a' }
const live: Session = { at: 'live', seat }
const degraded: Session = { at: 'degraded', seat }
const entering: Session = { at: 'entering' }
const closed: Session = { at: 'closed' }

const done = (session: Session, event: SessionEvent): string[] =>
  step(session, event).effects.map((effect) => {
    if (effect.do === 'unseat') return effect.how
    if (effect.do === 'closeSocket') return `close ${effect.code}`
    if (effect.do === 'tellSession') return effect.data.state
    if (effect.do === 'tellClosed') return `closed ${effect.data.code}`
    return effect.do
  })

test.each<[string, Session, SessionEvent, Session['at'], string[]]>([
  ['an opened connection waits for a join', fresh, { is: 'opened' }, 'waiting', ['armJoinTimer']],
  ['a join stops the timer', fresh, { is: 'asked' }, 'entering', ['cancelJoinTimer']],
  ['no join in time', fresh, { is: 'late' }, 'closed', ['close 4001']],
  ['lost before a join', fresh, { is: 'socketLost' }, 'closed', ['cancelJoinTimer']],
  ['stopped before a join', fresh, { is: 'stopping' }, 'closed', ['cancelJoinTimer', 'close 1001']],
  ['a refused join may be tried again', entering, { is: 'refused' }, 'waiting', ['armJoinTimer']],
  ['seated', entering, { is: 'seated', by: 'join', seat }, 'live', []],
  ['lost while joining', entering, { is: 'socketLost' }, 'closed', []],
  ['a new seat that comes too late ends', closed, { is: 'seated', by: 'join', seat }, 'closed', ['detach']],
  ['a resumed seat that comes too late stays', closed, { is: 'seated', by: 'resume', seat }, 'closed', ['away']],
  ['leave', live, { is: 'left' }, 'closed', ['detach', 'closed left', 'close 4000']],
  ['leave while the node is away', degraded, { is: 'left' }, 'closed', ['detach', 'closed left', 'close 4000']],
  ['the socket is lost: media stays', live, { is: 'socketLost' }, 'closed', ['away']],
  ['the replica stops: media stays', degraded, { is: 'stopping' }, 'closed', ['away', 'close 1001']],
  ['the connection to the node is lost', live, { is: 'nodeLost' }, 'degraded', ['degraded']],
  ['lost again', degraded, { is: 'nodeLost' }, 'degraded', []],
  ['the node is back', degraded, { is: 'nodeBack' }, 'degraded', ['reseat']],
  ['resumed on the node', degraded, { is: 'reseated' }, 'live', ['live']],
  ['the node is given up', degraded, { is: 'nodeGone' }, 'waiting', ['forget', 'rejoin', 'armJoinTimer']],
  ['the node has forgotten the seat', degraded, { is: 'seatUnknown' }, 'waiting', ['forget', 'rejoin', 'armJoinTimer']],
  ['another connection took over', live, { is: 'superseded' }, 'closed', ['forget', 'closed replaced', 'close 4000']],
  [
    'the meeting ended',
    live,
    { is: 'ended', reason: 'meeting_ended' },
    'closed',
    ['forget', 'closed meeting_ended', 'close 4000'],
  ],
  ['joined from elsewhere', degraded, { is: 'ended', reason: 'replaced' }, 'closed', ['forget', 'closed replaced', 'close 4000']],
  ['the worker died', live, { is: 'ended', reason: 'worker_died' }, 'waiting', ['forget', 'rejoin', 'armJoinTimer']],
])('%s', (_, before, event, after, effects) => {
  expect(step(before, event).next.at).toBe(after)
  expect(done(before, event)).toEqual(effects)
})

test('a node that stops or is given up is excluded from the next join, another reason excludes none', () => {
  const excluded = (event: SessionEvent): unknown =>
    step(live, event).effects.flatMap((effect) => (effect.do === 'tellSession' ? [effect.data.excludeNodes] : []))
  expect(excluded({ is: 'ended', reason: 'node_stopping' })).toEqual([['media-a']])
  expect(excluded({ is: 'nodeGone' })).toEqual([['media-a']])
  expect(excluded({ is: 'ended', reason: 'worker_died' })).toEqual([undefined])
})

const anEvent: fc.Arbitrary<SessionEvent> = fc.oneof(
  fc
    .constantFrom(
      ...(['opened', 'asked', 'refused', 'late', 'left', 'socketLost', 'stopping'] as const),
      ...(['nodeLost', 'nodeBack', 'nodeGone', 'reseated', 'seatUnknown', 'superseded'] as const),
    )
    .map((is) => ({ is })),
  fc.constantFrom('join' as const, 'resume' as const).map((by) => ({ is: 'seated' as const, by, seat })),
  fc.constantFrom(...(Object.keys(closeReasons) as CloseReason[])).map((reason) => ({ is: 'ended' as const, reason })),
)

interface Watched {
  readonly state: Session
  /** Seats that were taken and not given up. */
  readonly seats: number
  readonly timer: boolean
}

const count = (effects: readonly Effect[], what: Effect['do']): number => effects.filter((effect) => effect.do === what).length

/** One step, with what the shell would hold after it. */
function watch({ state, seats, timer }: Watched, event: SessionEvent): Watched & { readonly effects: readonly Effect[] } {
  const { next, effects } = step(state, event)
  const taken = event.is === 'seated' ? 1 : 0
  const running = timer && event.is !== 'late' && count(effects, 'cancelJoinTimer') === 0
  return {
    state: next,
    seats: seats + taken - count(effects, 'unseat'),
    timer: running || count(effects, 'armJoinTimer') > 0,
    effects,
  }
}

test('whatever happens: a seat is given up once, a closed connection says nothing, and nobody waits for ever', () => {
  fc.assert(
    fc.property(fc.array(anEvent, { maxLength: 40 }), (events) => {
      let now: Watched = watch({ state: fresh, seats: 0, timer: false }, { is: 'opened' })
      for (const event of events) {
        // The shell seats a client only where it asked, and its timer fires only while it is armed.
        const before = now.state.at
        if (event.is === 'seated' && before !== 'entering' && before !== 'closed') continue
        if (event.is === 'late' && !now.timer) continue
        const { effects, ...after } = watch(now, event)
        now = after
        expect(now.seats).toBe(now.state.at === 'live' || now.state.at === 'degraded' ? 1 : 0)
        expect(now.timer).toBe(now.state.at === 'waiting')
        expect(before === 'closed' && effects.length > count(effects, 'unseat')).toBe(false)
      }
    }),
  )
})
