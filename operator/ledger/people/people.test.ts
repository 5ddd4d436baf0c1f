import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { People } from './people.ts'

const granted = (participant: string, attachment: string, more: { node?: string; hidden?: boolean; sinceMs?: number } = {}) => ({
  participant,
  attachment,
  node: 'a',
  hidden: false,
  sinceMs: 0,
  reason: '',
  publishes: true,
  reservation: undefined,
  ...more,
})
const attached = (participant: string, attachment: string, hidden = false) => ({
  ...{ participant, attachment, publishing: true, hidden },
})

test('a participant holds one seat, however many attachments; a hidden one none', () => {
  const people = new People()
  people.grant(granted('ann', '1'))
  people.grant(granted('ann', '2', { node: 'b' }))
  people.grant(granted('recorder', '3', { hidden: true }))
  expect([people.seats, people.attachments]).toEqual([1, 0])
  people.report('a', [attached('ann', '1')], 1)
  people.report('b', [attached('ann', '2')], 1)
  expect([people.seats, people.attachments, people.countOn('a'), people.countOn('b')]).toEqual([1, 2, 2, 1])
  people.report('a', [], 2)
  expect([people.seats, people.countOn('a')]).toEqual([1, 1])
})

test('who is seen in the meeting is seated: not who holds a grant, nor who is hidden', () => {
  const people = new People()
  people.grant(granted('ann', '1'))
  people.report('a', [attached('bob', '2'), { ...attached('recorder', '3'), hidden: true }], 0)
  const seatedOf = (...names: string[]) => names.filter((name) => people.isSeated(name))
  expect(seatedOf('ann', 'bob', 'recorder', 'cid')).toEqual(['bob'])
  // On the way from one node to another.
  people.grant(granted('bob', '4'))
  expect(seatedOf('bob')).toEqual(['bob'])
  expect(['ann', 'bob', 'recorder', 'cid'].map((name) => people.seatsBeside(name))).toEqual([1, 1, 2, 2])
})

test('who left is remembered for a while, who never came is not', () => {
  const people = new People()
  people.report('a', [attached('ann', '1')], 0)
  people.report('a', [], 1_000)
  expect([people.seats, people.knows('ann', 2_000), people.knows('bob', 2_000)]).toEqual([0, true, false])
  expect(people.knows('ann', 400_000)).toBe(false)
})

test('a release of somebody else’s attachment changes nothing', () => {
  const people = new People()
  people.grant(granted('ann', '1'))
  expect(people.release('bob', '1', 1)).toBeUndefined()
  expect(people.seats).toBe(1)
  expect(people.release('ann', '1', 1)?.node).toBe('a')
  expect(people.seats).toBe(0)
})

interface Stay {
  readonly participant: string
  readonly attachment: string
  readonly hidden: boolean
}
interface Kept extends Stay {
  readonly node: string
  readonly attached: boolean
  readonly sinceMs: number
}

/** The same the plain way: one list of all stays. */
class Model {
  all: Kept[] = []

  without(...gone: readonly ((stay: Kept) => boolean)[]): void {
    this.all = this.all.filter((stay) => !gone.some((is) => is(stay)))
  }

  put(node: string, stays: readonly Stay[], more: { attached: boolean; sinceMs: number }): void {
    this.without(({ attachment }) => stays.some((stay) => stay.attachment === attachment))
    this.all.push(...stays.map((stay) => ({ ...stay, node, ...more })))
  }
}

type Step = (people: People, model: Model, at: { node: string; stays: readonly Stay[]; nowMs: number }) => void

const steps: Readonly<Record<string, Step>> = {
  grant(people, model, { node, stays, nowMs }) {
    for (const stay of stays) people.grant({ ...stay, node, sinceMs: nowMs, reason: '', publishes: true, reservation: undefined })
    model.put(node, stays, { attached: false, sinceMs: nowMs })
  },
  report(people, model, { node, stays, nowMs }) {
    const participants = stays.map(({ participant, attachment, hidden }) => attached(participant, attachment, hidden))
    people.report(node, participants, nowMs)
    model.without((stay) => stay.node === node && stay.attached)
    model.put(node, stays, { attached: true, sinceMs: nowMs })
  },
  release(people, model, { stays, nowMs }) {
    for (const { participant, attachment } of stays) people.release(participant, attachment, nowMs)
    model.without(({ attachment }) => stays.some((stay) => stay.attachment === attachment))
  },
  drop(people, model, { node, nowMs }) {
    people.dropNode(node, nowMs)
    model.without((stay) => stay.node === node)
  },
}

test('whatever happens, the counts are those of the people who are there', () => {
  const aStep = fc.record({
    what: fc.constantFrom(...Object.keys(steps)),
    node: fc.constantFrom('a', 'b'),
    ids: fc.uniqueArray(fc.nat(5), { maxLength: 4 }),
  })
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 60 }), (all) => {
      const people = new People()
      const model = new Model()
      for (const [index, { what, node, ids }] of all.entries()) {
        const nowMs = index * 10_000
        const stays = ids.map((id) => ({ participant: `p${id % 3}`, attachment: `${node}${id}`, hidden: id >= 4 }))
        steps[what]?.(people, model, { node, stays, nowMs })
        people.sweep(nowMs)
        model.without((stay) => !stay.attached && nowMs - stay.sinceMs > 70_000)
        const seated = model.all.filter(({ hidden }) => !hidden)
        expect(people.seats).toBe(new Set(seated.map(({ participant }) => participant)).size)
        expect(people.attachments).toBe(model.all.filter((stay) => stay.attached).length)
        expect(people.countOn('a')).toBe(model.all.filter((stay) => stay.node === 'a').length)
      }
    }),
  )
})

test('who left is remembered for as long as they may come back, a thousand at most', () => {
  const people = new People()
  const leaves = (names: readonly string[], atMs: number): void => {
    people.report(
      'a',
      names.map((name) => attached(name, name)),
      atMs,
    )
    people.report('a', [], atMs)
  }
  leaves(['ann', 'bob'], 0)
  leaves(['cid'], 200_000)
  people.sweep(299_999)
  expect([people.remembered, people.knows('ann', 299_999)]).toEqual([3, true])
  people.sweep(300_000)
  expect([people.remembered, people.knows('ann', 300_000), people.knows('cid', 300_000)]).toEqual([1, false, true])
  for (let index = 0; index < 1_500; index++) leaves([`p${index}`], 300_001)
  expect([people.remembered, people.knows('cid', 300_001), people.knows('p1499', 300_001)]).toEqual([1_000, false, true])
  people.sweep(600_001)
  expect(people.remembered).toBe(0)
})
