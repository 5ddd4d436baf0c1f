import { describe, expect, test } from 'vitest'

import { drainPace, underWayAtMost, type DrainOrder, type DrainReport, type DrainWish } from '../drain.ts'
import { movedAwayMs } from '../move.ts'

/** The meeting that all are in. */
export const drainedMeeting = 'default/standup'

/** A media node with people of one meeting, in time that stands still until it passes. */
export interface DrainedNode {
  order(order: DrainOrder): DrainReport
  /** It is told to stop, and has so long. */
  stop(withinMs: number): void
  report(): DrainReport
  /** Whether it takes somebody new. */
  admits(): boolean
  enter(participant: string, rights: { readonly mayPublish: boolean }): void
  /** They are in the meeting on another node as well from now on, by a later attachment. */
  appearElsewhere(participant: string): Promise<void>
  /** Who was told to go, the first first; who was told twice is there twice. */
  told(): readonly string[]
  /** Who is on it. */
  here(): readonly string[]
  /** Wall clock. */
  nowMs(): number
  pass(durationMs: number): Promise<void>
}

const secondMs = 1_000
const { settleMs } = drainPace
/** A drain may begin within this time of its order, and a node may look at itself once a second. */
const beginsWithinMs = 3_000 + secondMs
const hourMs = 3_600_000
const cancel: DrainOrder = { epoch: 1, draining: false }

/** Holds a media node, real or not, to what its drain promises. */
export function drainContract(what: string, makeNode: () => DrainedNode): void {
  function aNode(people: number): DrainedNode {
    const node = makeNode()
    for (let each = 0; each < people; each++) node.enter(`p${each}`, { mayPublish: true })
    return node
  }

  const order = (node: DrainedNode, over: Partial<DrainWish> = {}): DrainReport =>
    node.order({ epoch: 1, draining: true, reason: 'upgrade', deadlineAtMs: node.nowMs() + hourMs, stay: [], ...over })

  /** Lets seconds pass; how many were told in all after each of them. */
  async function seconds(node: DrainedNode, count: number): Promise<readonly number[]> {
    const totals: number[] = [node.told().length]
    for (let each = 0; each < count; each++) {
      await node.pass(secondMs)
      totals.push(node.told().length)
    }
    return totals
  }

  /** The most that were told within so many seconds. */
  const mostWithin = (totals: readonly number[], length: number): number =>
    Math.max(...totals.map((total, at) => total - (totals[Math.max(0, at - length)] ?? 0)))

  describe(`the drain of ${what}`, () => {
    test('takes somebody new until it drains, and again once that is over', () => {
      const node = aNode(1)
      expect(node.admits()).toBe(true)
      expect(order(node)).toMatchObject({ ordered: { reason: 'upgrade' }, drained: false, left: 1, moved: 0 })
      expect(node.admits()).toBe(false)
      expect(node.order(cancel)).toEqual({ drained: false, left: 1, moved: 0 })
      expect(node.admits()).toBe(true)
    })

    test.each([4, 30, 70])('of %i people no more are under way than the budget of their meeting', async (people) => {
      const node = aNode(people)
      order(node)
      const budget = underWayAtMost(people)
      // The budget shrinks with the meeting, to one person at a time.
      const totals = await seconds(node, (beginsWithinMs + settleMs * people) / secondMs)
      expect(mostWithin(totals, settleMs / secondMs)).toBe(budget)
      expect(node.told().toSorted()).toEqual(Array.from({ length: people }, (_, each) => `p${each}`).toSorted())
    })

    test('goes at the pace of the order', async () => {
      const node = aNode(90)
      order(node, { pace: 2 })
      const totals = await seconds(node, 10)
      expect(mostWithin(totals, 1)).toBe(2)
      expect(node.told().length).toBeGreaterThanOrEqual(2 * (10 - beginsWithinMs / secondMs))
    })

    test('takes only its part of a budget that it shares', async () => {
      const node = aNode(4)
      order(node, { shared: [{ meeting: drainedMeeting, nodes: 2, part: 1 }] })
      await node.pass(20 * secondMs)
      expect(node.told()).toEqual([])
      order(node, { shared: [{ meeting: drainedMeeting, nodes: 2, part: 0 }] })
      const totals = await seconds(node, 8)
      expect(mostWithin(totals, settleMs / secondMs)).toBe(1)
      expect(node.told().length).toBeGreaterThan(1)
    })

    test('keeps whom the order keeps, and says how many of those who may publish', async () => {
      const node = aNode(2)
      node.enter('viewer', { mayPublish: false })
      order(node, { stay: [drainedMeeting] })
      await node.pass(20 * secondMs)
      expect(node.told()).toEqual([])
      order(node, { publishersStay: [drainedMeeting] })
      await node.pass(20 * secondMs)
      expect(node.told()).toEqual(['viewer'])
      expect(node.report()).toMatchObject({ moved: 1, staying: [{ meeting: drainedMeeting, people: 2 }] })
    })

    test('keeps whom it has told until a little after they are back, and is drained only then', async () => {
      const node = aNode(1)
      order(node)
      await node.pass(beginsWithinMs)
      expect(node.report()).toMatchObject({ drained: false, left: 1, moved: 1 })
      await node.appearElsewhere('p0')
      await node.pass(movedAwayMs.beside - secondMs)
      expect(node.here()).toEqual(['p0'])
      await node.pass(3 * secondMs)
      expect(node.report()).toMatchObject({ drained: true, left: 0, moved: 1 })
    })

    test('keeps whom it has told for a while where they do not come back, and tells nobody twice', async () => {
      const node = aNode(2)
      order(node)
      await node.pass(movedAwayMs.withoutPlace - settleMs)
      expect(node.told().toSorted()).toEqual(['p0', 'p1'])
      expect(node.here()).toHaveLength(2)
      await node.pass(beginsWithinMs + 2 * settleMs)
      expect(node.here()).toEqual([])
      expect(node.told()).toHaveLength(2)
    })

    test('tells more at a time as the deadline comes near, and closes who is left then', async () => {
      const node = aNode(12)
      order(node, { deadlineAtMs: node.nowMs() + 15 * secondMs })
      await node.pass(14 * secondMs)
      expect(node.told()).toHaveLength(12)
      await node.pass(2 * secondMs)
      expect(node.report()).toMatchObject({ drained: true, left: 0, moved: 12 })
      expect(node.told()).toHaveLength(12)
    })

    test('tells and closes at once whoever the order keeps until a deadline that has come', async () => {
      const node = aNode(30)
      order(node, { stay: [drainedMeeting], deadlineAtMs: node.nowMs() - 1 })
      await node.pass(2 * secondMs)
      expect(node.report()).toMatchObject({ drained: true, left: 0, moved: 30 })
      expect(node.told()).toHaveLength(30)
    })

    test('tells nobody more once it is cancelled, keeps all who are there, and counts anew when it drains again', async () => {
      const node = aNode(6)
      order(node)
      await node.pass(beginsWithinMs)
      const told = node.told().length
      expect(told).toBeGreaterThan(0)
      expect(node.order(cancel)).toEqual({ drained: false, left: 6, moved: told })
      await node.pass(secondMs + movedAwayMs.withoutPlace)
      expect(node.told()).toHaveLength(told)
      expect(node.here()).toHaveLength(6 - told)
      expect(order(node)).toMatchObject({ left: 6 - told, moved: 0 })
    })

    test('follows another deadline, and the same order again changes nothing', async () => {
      const node = aNode(6)
      order(node, { deadlineAtMs: node.nowMs() + hourMs })
      await node.pass(beginsWithinMs)
      const { moved } = node.report()
      expect(order(node, { deadlineAtMs: node.nowMs() + hourMs }).moved).toBe(moved)
      order(node, { deadlineAtMs: node.nowMs() })
      await node.pass(2 * secondMs)
      expect(node.report()).toMatchObject({ drained: true, moved: 6 })
    })

    test('drains until it stops, whatever is ordered', async () => {
      const node = aNode(3)
      node.stop(60 * secondMs)
      expect(node.report()).toMatchObject({ stopsAtMs: node.nowMs() + 60 * secondMs, left: 3 })
      order(node)
      expect(node.order(cancel)).not.toHaveProperty('ordered')
      expect(node.admits()).toBe(false)
      await node.pass(beginsWithinMs + 3 * settleMs)
      expect(node.report()).toMatchObject({ moved: 3 })
    })
  })
}
