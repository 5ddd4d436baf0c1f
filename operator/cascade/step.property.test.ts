import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { aMember } from './aMember.ts'
import type { CascadeMember, CascadeWish } from './member.ts'
import { World } from './playedCascade.ts'

const wish = fc.record({
  topology: fc.constantFrom('Auto' as const, 'Mesh' as const, 'Star' as const),
  mode: fc.constantFrom('meeting' as const, 'stage' as const),
})
/** Segments of a meeting: where a node is and since when never changes, who publishes does. */
const someMembers = (minLength: number): fc.Arbitrary<CascadeMember[]> =>
  fc
    .uniqueArray(fc.record({ index: fc.nat(7), publishers: fc.nat(1) }), {
      selector: ({ index }) => index,
      minLength,
      maxLength: 8,
    })
    .map((all) =>
      all.map(({ index, publishers }) =>
        aMember('abcdefgh'.charAt(index), { region: ['eu', 'us', 'ap'][index % 3] ?? '', sinceMs: (index * 5) % 8, publishers }),
      ),
    )

/** What happens next: one of `many`, of which each comes up as often as it stands there. */
type Pick = <T>(many: readonly T[]) => T | undefined

/** A meeting that is to become another one, and those who are in both. */
const someChange = fc
  .tuple(someMembers(2), wish, someMembers(1), wish, fc.infiniteStream(fc.nat()))
  .map(([before, wishBefore, after, wishAfter, chance]) => {
    const world = new World(before, wishBefore)
    const wishes = [wishBefore, wishAfter]
    const stay = before.filter(({ node }) => after.some((member) => member.node === node)).map(({ node }) => node)
    world.members = after
    world.wish = wishAfter
    const pick: Pick = (many) => many[(chance.next().value ?? 0) % Math.max(1, many.length)]
    return { world, stay, pick, wishes }
  })

/** Carries out what is due at one node. */
const orders = (world: World): readonly (() => void)[] => world.nodes().map((node) => () => world.order(node))
/** Its meeting asks for another cascade, or for the one before again, wherever the way to it has come. */
const flips = (world: World, wishes: readonly CascadeWish[]): readonly (() => void)[] =>
  wishes.map((each) => () => {
    world.wish = each
  })
/** A pipe comes up that both ends wait for. */
const connections = ({ agents }: World): readonly (() => void)[] => agents.missing().map((pair) => () => agents.connect(pair))

test('whatever one cascade becomes, in whatever order its nodes hear of it, nobody who stays ever loses anybody', () => {
  fc.assert(
    fc.property(someChange, ({ world, stay, pick }) => {
      expect(world.deaf(stay)).toEqual([])
      for (let turn = 0; turn < 400; turn++) {
        world.tellAll()
        pick([...orders(world), ...connections(world)])?.()
        expect(world.deaf(stay)).toEqual([])
      }
      world.tellAll()
      expect(world.deaf(world.members.map(({ node }) => node))).toEqual([])
      const stands = [...world.agents.all].map(([node, { role, up }]) => `${node} ${role} ${[...up].toSorted().join(' ')}`)
      const wanted = [...world.target()].map(([node, { role, peers }]) => `${node} ${role} ${peers.join(' ')}`)
      expect(stands.toSorted()).toEqual(wanted.toSorted())
    }),
    { numRuns: 20 },
  )
})

test('nobody who stays ever loses anybody where the wish changes before the last one came true', () => {
  fc.assert(
    fc.property(someChange, ({ world, stay, pick, wishes }) => {
      for (let turn = 0; turn < 200; turn++) {
        world.tellAll()
        pick([...orders(world), ...connections(world), ...flips(world, wishes)])?.()
        expect(world.deaf(stay)).toEqual([])
      }
    }),
    { numRuns: 20 },
  )
})

test('nobody loses anybody either where what the nodes told last is of long ago, orders and answers are lost, and the wish changes', () => {
  fc.assert(
    fc.property(someChange, ({ world, stay, pick, wishes }) => {
      for (let turn = 0; turn < 200; turn++) {
        const words = world.nodes().map((node) => () => world.tell(node))
        const unanswered = world.nodes().map((node) => () => world.order(node, 'answer'))
        const lost = world.nodes().map((node) => () => world.order(node, 'order'))
        pick([...orders(world), ...unanswered, ...lost, ...connections(world), ...words, ...flips(world, wishes)])?.()
        expect(world.deaf(stay)).toEqual([])
      }
    }),
    { numRuns: 20 },
  )
})

// The nodes have told of it. By what breaks or comes up between their words and the order somebody may hear less for the moment that this takes to be
// told: a pipe that is down and about to come up looks like one that never will, and who waits for that would cut a region off for as long as it is apart.
test('whatever pipes break and come back meanwhile, no order takes from anybody whom they hear', () => {
  fc.assert(
    fc.property(someChange, ({ world, stay, pick }) => {
      for (let turn = 0; turn < 300; turn++) {
        const { agents } = world
        const breaks = agents.pipes().map((pair) => () => agents.cut(pair))
        const some = [...connections(world), pick(breaks)].filter((event) => event !== undefined)
        const weather = pick([true, false]) === true ? pick(some) : undefined
        weather?.()
        world.tellAll()
        const deaf = new Set(world.deaf(stay))
        pick(orders(world))?.()
        expect(world.deaf(stay).filter((line) => !deaf.has(line))).toEqual([])
      }
    }),
    { numRuns: 20 },
  )
})
