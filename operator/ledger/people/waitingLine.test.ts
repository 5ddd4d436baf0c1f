import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { WaitingLine, waitingAtMost } from './waitingLine.ts'

const eu = ['eu']
const at = (nowMs: number, retryAfterMs = 1_000) => ({ nowMs, retryAfterMs })

test('first come, first served, pool by pool; who shows their ticket again keeps their place', () => {
  const line = new WaitingLine()
  line.wait('ann', eu, at(0))
  line.wait('bob', ['us'], at(0))
  line.wait('cid', ['eu', 'us'], at(0))
  expect([line.ahead('ann', eu, 0), line.ahead('bob', ['us'], 0), line.ahead('cid', eu, 0), line.ahead('dan', eu, 0)]).toEqual([
    0, 0, 1, 2,
  ])
  line.wait('ann', eu, at(1_500))
  expect([line.ahead('ann', eu, 1_500), line.ahead('cid', eu, 1_500)]).toEqual([0, 1])
})

test('a ticket that is not shown for twice as long as was asked lapses', () => {
  const line = new WaitingLine()
  line.wait('ann', eu, at(0))
  line.wait('bob', eu, at(0, 5_000))
  expect(line.ahead('bob', eu, 1_999)).toBe(1)
  expect(line.ahead('bob', eu, 2_000)).toBe(0)
  line.wait('ann', eu, at(2_000))
  expect(line.ahead('ann', eu, 2_000)).toBe(1)
  line.leave('bob')
  expect([line.size, line.ahead('ann', eu, 2_000)]).toEqual([1, 0])
})

test('the line is bounded; tickets that lapsed make room', () => {
  const line = new WaitingLine()
  for (let index = 0; index < waitingAtMost; index++) expect(line.wait(`p${index}`, eu, at(0))).toBe(true)
  expect([line.wait('late', eu, at(0)), line.wait('p7', eu, at(0))]).toEqual([false, true])
  expect([line.wait('late', eu, at(2_000)), line.size]).toEqual([true, 1])
})

test('whatever happens: nobody who goes on asking is overtaken by one who came later, and the line holds no more than ask', () => {
  const people = fc.integer({ min: 0, max: 9 }).map((index) => `p${index}`)
  const steps = fc.array(
    fc.oneof(
      fc.record({ does: fc.constant('wait' as const), who: people, takes: fc.constantFrom(0, 300) }),
      fc.record({ does: fc.constant('leave' as const), who: people, takes: fc.constant(0) }),
    ),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(steps, (all) => {
      const line = new WaitingLine()
      const since = new Map<string, { order: number; lapsesAtMs: number }>()
      let nowMs = 0
      all.forEach(({ does, who, takes }, order) => {
        nowMs += takes
        for (const [each, { lapsesAtMs }] of since) if (lapsesAtMs <= nowMs) since.delete(each)
        line.ahead('nobody', eu, nowMs)
        if (does === 'leave') {
          line.leave(who)
          since.delete(who)
        } else {
          line.wait(who, eu, at(nowMs))
          since.set(who, { order: since.get(who)?.order ?? order, lapsesAtMs: nowMs + 2_000 })
        }
        expect(line.size).toBe(since.size)
        for (const [each, { order: came }] of since) {
          const before = [...since.values()].filter((other) => other.order < came).length
          expect(line.ahead(each, eu, nowMs)).toBe(before)
        }
      })
    }),
  )
})
