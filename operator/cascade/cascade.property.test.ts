import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { passesOn } from '../testing/fakes/mediaWays.ts'
import { asPlanned } from './aMember.ts'
import { cheapestTree, costOf } from './bruteForce.ts'
import { planCascade, type CascadePlace } from './cascade.ts'
import { coresAtMost, meshAtMost, type CascadeMember, type CascadeWish } from './member.ts'

const region = (regions: number) => fc.integer({ min: 0, max: regions - 1 }).map((index) => `r${index}`)
const fresh = (regions: number, pipes: fc.Arbitrary<number | undefined>): fc.Arbitrary<CascadeMember> =>
  fc.record({
    node: fc.stringMatching(/^[a-z]{1,5}$/),
    region: region(regions),
    sinceMs: fc.nat(1_000),
    people: fc.integer({ min: 1, max: 9 }),
    publishers: fc.nat(2),
    pipes: pipes.map((atMost) => (atMost === undefined ? undefined : { atMost, boundBy: 'pipe ports' })),
  })
const many = (member: fc.Arbitrary<CascadeMember>, maxLength: number, minLength = 1) =>
  fc.uniqueArray(member, { selector: ({ node }) => node, minLength, maxLength })

const boundless = fc.constant(undefined)
const wish: fc.Arbitrary<CascadeWish> = fc.record({
  topology: fc.constantFrom('Auto' as const, 'Mesh' as const, 'Star' as const),
  mode: fc.constantFrom('meeting' as const, 'stage' as const),
})
const auto: CascadeWish = { topology: 'Auto', mode: 'meeting' }

/** Any segments, in whatever roles they stand. */
const anyMembers = many(
  fc
    .record({
      member: fresh(6, fc.option(fc.nat(8), { nil: undefined })),
      role: fc.constantFrom('core' as const, 'leaf' as const, undefined),
      people: fc.nat(3),
      parent: fc.option(fc.stringMatching(/^[a-z]$/), { nil: undefined }),
    })
    .map(({ member, ...over }) => ({ ...member, ...over, publishers: Math.min(member.publishers, over.people) })),
  64,
)

/** Whom a segment forwards to what comes from another, or is its own. */
function forwardsTo(node: string, from: string | undefined, places: ReadonlyMap<string, CascadePlace>): readonly string[] {
  const roleOf = (each: string) => places.get(each)?.role
  const others = (places.get(node)?.peers ?? []).filter((peer) => peer !== from)
  return from === undefined ? others : others.filter((to) => passesOn({ self: roleOf(node), from: roleOf(from), to: roleOf(to) }))
}

/** How often what `from` produces reaches each segment, and over how many pipes at most. */
function reachedFrom(from: string, places: ReadonlyMap<string, CascadePlace>): { times: Map<string, number>; hops: number } {
  const times = new Map<string, number>()
  let deepest = 0
  const visit = (node: string, cameFrom: string | undefined, hops: number): void => {
    if (hops > places.size) throw new Error('it goes round in circles')
    deepest = Math.max(deepest, hops)
    times.set(node, (times.get(node) ?? 0) + 1)
    for (const peer of forwardsTo(node, cameFrom, places)) visit(peer, node, hops + 1)
  }
  visit(from, undefined, 0)
  return { times, hops: deepest }
}

const coresOf = (places: ReadonlyMap<string, CascadePlace>): readonly string[] =>
  [...places].filter(([, { role }]) => role === 'core').map(([node]) => node)

function pipesOf(places: ReadonlyMap<string, CascadePlace>): ReadonlySet<string> {
  const ends = [...places].flatMap(([node, { peers }]) => peers.map((peer) => [node, peer].toSorted().join(' ')))
  const pipes = new Set(ends)
  expect(ends).toHaveLength(pipes.size * 2)
  return pipes
}

/** The nodes whose role or parent is another than before. */
const changed = (before: readonly CascadeMember[], places: ReadonlyMap<string, CascadePlace>): readonly string[] =>
  before
    .filter(({ node, role, parent }) => places.get(node)?.role !== role || places.get(node)?.parent !== parent)
    .map(({ node }) => node)

test('what a segment produces reaches each other by exactly one path: one pipe in a mesh, two under one core, else three', () => {
  fc.assert(
    fc.property(anyMembers, wish, (members, of) => {
      const places = planCascade(members, of)
      const cores = coresOf(places).length
      const depth = cores === members.length ? 1 : cores === 1 ? 2 : 3
      for (const { node } of members.slice(0, 8)) {
        const { times, hops } = reachedFrom(node, places)
        expect(times.size).toBe(members.length)
        expect([...times.values()].every((each) => each === 1)).toBe(true)
        expect(hops).toBeLessThanOrEqual(depth)
      }
    }),
    { numRuns: 60 },
  )
})

test('both ends know of each pipe; there is one a leaf beyond the mesh of at most four cores, and each place says why', () => {
  fc.assert(
    fc.property(anyMembers, wish, (members, of) => {
      const places = planCascade(members, of)
      const cores = coresOf(places).length
      expect(cores).toBeGreaterThan(0)
      expect(cores).toBeLessThanOrEqual(of.topology === 'Mesh' ? members.length : coresAtMost)
      expect(pipesOf(places).size).toBe((cores * (cores - 1)) / 2 + members.length - cores)
      for (const { why } of places.values()) expect(why).not.toBe('')
    }),
  )
})

test('the order in which segments are told changes nothing', () => {
  fc.assert(
    fc.property(anyMembers, wish, fc.integer(), (members, of, seed) => {
      const turned = members.toSorted((a, b) => (a.node + seed < b.node + seed ? 1 : -1))
      expect([...planCascade(turned, of)]).toEqual([...planCascade(members, of)])
    }),
  )
})

test('a plan that was carried out stays as it is', () => {
  fc.assert(
    fc.property(anyMembers, wish, (members, of) => {
      const standing = asPlanned(members, planCascade(members, of))
      const again = asPlanned(standing, planCascade(standing, of))
      expect(changed(again, planCascade(again, of))).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('a leaf that goes changes nobody else, a core that goes only its leaves and who takes its place', () => {
  fc.assert(
    fc.property(many(fresh(5, boundless), 30, meshAtMost + 2), fc.nat(), (members, pick) => {
      const standing = asPlanned(members, planCascade(members))
      const gone = standing[pick % standing.length]
      const left = standing.filter((member) => member !== gone)
      const places = planCascade(left)
      const touched = changed(left, places)
      const ownLeaves = left.filter(({ parent }) => parent === gone?.node).map(({ node }) => node)
      const wasCore = gone?.role === 'core'
      const newCores = coresOf(places).filter((node) => touched.includes(node))
      expect(newCores.length).toBeLessThanOrEqual(wasCore ? 1 : 0)
      const followers = left.filter(({ node }) => newCores.includes(places.get(node)?.parent ?? '')).map(({ node }) => node)
      const allowed = wasCore ? [...ownLeaves, ...newCores, ...followers] : []
      expect(touched.filter((node) => !allowed.includes(node))).toEqual([])
    }),
    { numRuns: 300 },
  )
})

test('a segment that comes to a tree changes nobody, but for leaves of its own region where that had no core', () => {
  fc.assert(
    fc.property(many(fresh(5, boundless), 30, meshAtMost + 2), (members) => {
      const [comes, ...before] = members
      if (comes === undefined) return
      const standing = asPlanned(before, planCascade(before))
      const hadCore = standing.some(({ role, region: where }) => role === 'core' && where === comes.region)
      const touched = changed(standing, planCascade([...standing, comes]))
      const allowed = hadCore ? [] : standing.filter(({ region: where }) => where === comes.region).map(({ node }) => node)
      expect(touched.filter((node) => !allowed.includes(node))).toEqual([])
    }),
    { numRuns: 300 },
  )
})

function treeCostOf(members: readonly CascadeMember[], places: ReadonlyMap<string, CascadePlace>): ReturnType<typeof costOf> {
  const byNode = new Map(members.map((member) => [member.node, member]))
  const cores = members.filter(({ node }) => places.get(node)?.role === 'core')
  const leaves = members.flatMap((leaf) => {
    const parent = byNode.get(places.get(leaf.node)?.parent ?? '')
    return parent === undefined ? [] : [{ leaf, parent }]
  })
  return costOf(cores, leaves)
}

test('without budgets no tree with a core in each region has fewer leaves abroad or fewer pipes: brute force', () => {
  fc.assert(
    fc.property(many(fresh(3, boundless), 6, meshAtMost + 1), (members) => {
      expect(treeCostOf(members, planCascade(members, auto))).toEqual(cheapestTree(members))
    }),
    { numRuns: 60 },
  )
})

test('with budgets a plan is within them whenever any tree is: brute force', () => {
  fc.assert(
    fc.property(many(fresh(2, fc.integer({ min: 1, max: 6 })), 6, meshAtMost + 1), (members) => {
      const [over] = treeCostOf(members, planCascade(members, auto))
      const [best] = cheapestTree(members)
      expect(over === 0).toBe(best === 0)
    }),
    { numRuns: 300 },
  )
})
