import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { silentLog } from '../../kit/log.ts'
import { drainPace, type DrainOrder } from '../api/drain.ts'
import { movedAwayMs } from '../api/move.ts'
import { fakeCascade } from '../testing/fakeCascade.ts'
import { NodeDrain, passesOnAtMostMs } from './drain.ts'
import { startJitterMs } from './pace.ts'

const { peoplePerSecond, settleMs } = drainPace

/** A node with so many people in one meeting, and its drain. */
function aNode(people: number) {
  const cascade = fakeCascade()
  const node = cascade.node('a')
  let changes = 0
  const { clock } = cascade
  const { segment } = node
  const drain = new NodeDrain({ clock, random: () => 0, log: silentLog, segments: () => [segment], onChange: () => changes++ })
  const persons = Array.from({ length: people }, (_, index) => node.enter(`p${index}`))
  const order = (over: Partial<Extract<DrainOrder, { draining: true }>> = {}): DrainOrder => ({
    ...{ epoch: 1, draining: true, reason: 'kernel upgrade', deadlineAtMs: clock.nowMs() + 60_000, stay: [] },
    ...over,
  })
  const told = (): number => persons.filter((person) => reasonOf(person.told) === 'node_draining').length
  return { ...cascade, node, segment, drain, persons, order, told, changes: () => changes }
}

/** Why the client's session ended, where it did. */
function reasonOf(told: readonly unknown[]): string | undefined {
  const last = told.at(-1) as { method?: string; data?: { reason?: string } } | undefined
  return last?.method === 'closed' ? last.data?.reason : undefined
}

const cancel: DrainOrder = { epoch: 1, draining: false }

test('an open node takes work and has nothing to report', () => {
  const { drain } = aNode(1)
  expect(() => drain.admit()).not.toThrow()
  expect(drain.report).toEqual({ drained: false, left: 1, moved: 0 })
})

test('a node that drains refuses new work, tells its people one by one, and is drained when nobody is left', async () => {
  const { clock, drain, order, told, changes } = aNode(12)
  drain.order(order({ deadlineAtMs: clock.nowMs() + 600_000 }))
  expect(() => drain.admit()).toThrow(expect.objectContaining({ code: 'node_draining', retry: 'elsewhere' }) as Error)
  await clock.advance(250)
  expect(told()).toBe(1)
  await clock.advance(settleMs)
  expect(drain.report).toMatchObject({ drained: false, left: 12, moved: 2 })
  await clock.advance(10 * settleMs)
  expect(told()).toBe(12)
  await clock.advance(movedAwayMs.withoutPlace)
  expect(drain.report).toMatchObject({ drained: true, left: 0, moved: 12, ordered: { reason: 'kernel upgrade' } })
  expect(changes()).toBeGreaterThan(0)
})

test('at the pace of the order, where it has one', async () => {
  const { clock, drain, order, told } = aNode(100)
  drain.order(order({ pace: 2 }))
  await clock.advance(2_000)
  expect(told()).toBe(4)
  drain.order(order({ pace: 100 }))
  await clock.advance(settleMs)
  expect(told()).toBeLessThanOrEqual(20)
})

test('of a meeting whose publishers stay the audience goes, the report says how many stay, and the deadline ends it', async () => {
  const { clock, drain, node, order, told } = aNode(2)
  const viewer = node.enter('viewer', { rights: { publish: [], subscribe: true, hidden: false } })
  drain.order(order({ publishersStay: ['default/standup'], deadlineAtMs: clock.nowMs() + 60_000 }))
  await clock.advance(30_000)
  expect(reasonOf(viewer.told)).toBe('node_draining')
  expect(told()).toBe(0)
  expect(drain.report).toMatchObject({ left: 2, staying: [{ meeting: 'default/standup', people: 2 }] })
  await clock.advance(31_000)
  expect(drain.report).toMatchObject({ drained: true, left: 0 })
  expect(drain.report.staying).toBeUndefined()
})

test('whoever is left at the deadline is told and closed', async () => {
  const { clock, drain, order, told, persons, segment } = aNode(40)
  const [away] = persons
  if (away) segment.attachments.leave(away.session)
  drain.order(order({ deadlineAtMs: clock.nowMs() + 1_000 }))
  await clock.advance(999)
  expect(drain.report.left).toBeGreaterThan(0)
  await clock.advance(1_100)
  expect(drain.report).toMatchObject({ drained: true, left: 0, moved: 39 })
  expect(told()).toBe(39)
})

test('a deadline that has passed tells everybody at once', async () => {
  const { clock, drain, order, told } = aNode(40)
  drain.order(order({ deadlineAtMs: clock.nowMs() - 5_000 }))
  await clock.advance(100)
  expect(told()).toBe(40)
})

test('a meeting that has nowhere to go stays until that changes', async () => {
  const { clock, drain, order, told } = aNode(2)
  drain.order(order({ stay: ['default/standup'] }))
  await clock.advance(30_000)
  expect(told()).toBe(0)
  drain.order(order())
  await clock.advance(settleMs + 1_000)
  expect(told()).toBe(2)
})

test('cancelled, the node takes work again and keeps who is left; a later drain begins anew', async () => {
  const { clock, drain, order, told } = aNode(12)
  drain.order(order())
  await clock.advance(100)
  const moved = told()
  expect(drain.order(cancel)).toEqual({ drained: false, left: 12, moved })
  expect(() => drain.admit()).not.toThrow()
  await clock.advance(120_000)
  expect(told()).toBe(moved)
  expect(drain.report.left).toBe(12 - moved)
  drain.order(order({ deadlineAtMs: clock.nowMs() + 60_000 }))
  await clock.advance(12 * settleMs + movedAwayMs.withoutPlace)
  expect(drain.report).toMatchObject({ drained: true, moved: 12 - moved })
})

test('the same order again changes nothing; another deadline takes the place of the first', async () => {
  const { clock, drain, order } = aNode(40)
  const same = order()
  drain.order(same)
  await clock.advance(500)
  const { moved } = drain.report
  expect(drain.order(same).moved).toBe(moved)
  drain.order({ ...same, deadlineAtMs: clock.nowMs() + 200 } as DrainOrder)
  await clock.advance(300)
  expect(drain.report).toMatchObject({ drained: true, moved: 40 })
})

test('told to stop, it drains by itself, whatever is ordered, and ends when nobody is left', async () => {
  const { clock, drain, order } = aNode(3)
  let stopped = false
  void drain.stop(60_000).then(() => (stopped = true))
  expect(drain.report).toMatchObject({ stopsAtMs: clock.nowMs() + 60_000, left: 3 })
  drain.order(order())
  expect(drain.order(cancel).ordered).toBeUndefined()
  expect(() => drain.admit()).toThrow(expect.objectContaining({ code: 'node_draining' }) as Error)
  await clock.advance(2 * settleMs + 200)
  expect(drain.report).toMatchObject({ left: 3, moved: 3 })
  await clock.advance(movedAwayMs.withoutPlace)
  drain.peopleChanged()
  await clock.advance(0)
  expect(stopped).toBe(true)
})

test('told to stop while empty, it ends at once', async () => {
  const { drain } = aNode(0)
  await drain.stop(60_000)
  expect(drain.report.drained).toBe(true)
})

/** A node that nobody is on, a core with two leaves, and the order by which others are the core. */
function aRelay() {
  const node = aNode(0)
  const peer = (name: string, role: 'core' | 'leaf') => ({ node: name, url: `http://${name}`, token: 't', role })
  const common = { epoch: 1, region: 'eu', limits: { maxParticipants: 9 } }
  node.segment.take({ ...common, generation: 1, role: 'core', peers: [peer('b', 'leaf'), peer('c', 'leaf')] })
  const relieve = () => node.segment.take({ ...common, generation: 2, role: 'leaf', peers: [peer('b', 'core')] })
  return { ...node, relieve }
}

test('a core that others hear each other through is not drained before its leaves have another', async () => {
  const { clock, drain, order, relieve } = aRelay()
  drain.order(order())
  await clock.advance(1_000)
  expect(drain.report).toMatchObject({ drained: false, left: 0 })
  relieve()
  expect(drain.report).toMatchObject({ drained: true })
})

test('told to stop, it passes on what they hear until they have another, for a while, and not beyond its deadline', async () => {
  for (const { stopsInMs, relievedAfterMs, endsAfterMs } of [
    { stopsInMs: 60_000, relievedAfterMs: 2_000, endsAfterMs: 2_000 },
    { stopsInMs: 60_000, relievedAfterMs: Infinity, endsAfterMs: passesOnAtMostMs },
    { stopsInMs: 5_000, relievedAfterMs: Infinity, endsAfterMs: 5_000 },
  ]) {
    const { clock, drain, relieve } = aRelay()
    let stopped = false
    void drain.stop(stopsInMs).then(() => (stopped = true))
    await clock.advance(endsAfterMs - 100)
    expect(stopped).toBe(false)
    if (relievedAfterMs <= endsAfterMs) relieve()
    await clock.advance(200)
    expect(stopped).toBe(true)
  }
})

test('whenever it is ordered, cancelled and ordered again: the pace holds, and the deadline ends it', async () => {
  const step = fc.record({ afterMs: fc.integer({ min: 1, max: 4_000 }), draining: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 50 }), fc.array(step, { maxLength: 6 }), async (people, steps) => {
      const { clock, drain, order, told } = aNode(people)
      const counts: number[] = []
      const sampling = clock.every(1_000, () => counts.push(told()))
      for (const { afterMs, draining } of steps) {
        drain.order(draining ? order() : cancel)
        await clock.advance(afterMs)
      }
      drain.order(order({ deadlineAtMs: clock.nowMs() + startJitterMs }))
      await clock.advance(startJitterMs - 1)
      for (const [index, count] of counts.entries())
        expect(count - (counts[index - 1] ?? 0)).toBeLessThanOrEqual(peoplePerSecond + 1)
      await clock.advance(100)
      expect(drain.report).toMatchObject({ drained: true, left: 0 })
      expect(told()).toBe(people)
      sampling.cancel()
    }),
    { numRuns: 25 },
  )
})
