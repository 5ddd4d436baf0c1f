import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { meshAtMost, planCascade, type CascadeMember, type CascadePlace } from './cascade.ts'

const members = fc.uniqueArray(
  fc.record({
    node: fc.stringMatching(/^[a-z]{1,6}$/),
    sinceMs: fc.nat(1_000),
    role: fc.constantFrom('core' as const, 'leaf' as const, undefined),
  }),
  { selector: ({ node }) => node, minLength: 1, maxLength: 64 },
)

/** Whom a segment forwards to: all its peers what is its own, its leaves what it heard as a core. */
function forwardsTo(node: string, cameFrom: string | undefined, places: ReadonlyMap<string, CascadePlace>): readonly string[] {
  const own = places.get(node)
  const others = (own?.peers ?? []).filter((peer) => peer !== cameFrom)
  if (cameFrom === undefined) return others
  return own?.role === 'core' ? others.filter((peer) => places.get(peer)?.role === 'leaf') : []
}

/** How often what `from` produces reaches each segment. */
function reachedFrom(from: string, places: ReadonlyMap<string, CascadePlace>): Map<string, number> {
  const reached = new Map<string, number>()
  const visit = (node: string, cameFrom: string | undefined, hops: number): void => {
    if (hops > 2) throw new Error(`${node} is more than two pipes from ${from}`)
    reached.set(node, (reached.get(node) ?? 0) + 1)
    for (const peer of forwardsTo(node, cameFrom, places)) visit(peer, node, hops + 1)
  }
  visit(from, undefined, 0)
  return reached
}

test('every segment reaches every other by exactly one path of at most two pipes', () => {
  fc.assert(
    fc.property(members, (all) => {
      const places = planCascade(all)
      for (const { node } of all) {
        const reached = reachedFrom(node, places)
        expect(reached.size).toBe(all.length)
        expect([...reached.values()].every((times) => times === 1)).toBe(true)
      }
    }),
    { numRuns: 50 },
  )
})

test('pipes are told to both ends, S(S-1)/2 of them in a mesh and S-1 in a star', () => {
  fc.assert(
    fc.property(members, (all) => {
      const places = planCascade(all)
      const ends = [...places].flatMap(([node, { peers }]) => peers.map((peer) => [node, peer].toSorted().join(' ')))
      const pipes = new Set(ends)
      expect(ends).toHaveLength(pipes.size * 2)
      const isStar = [...places.values()].some(({ role }) => role === 'leaf')
      expect(pipes.size).toBe(isStar ? all.length - 1 : (all.length * (all.length - 1)) / 2)
      expect(isStar || all.length <= meshAtMost).toBe(true)
    }),
  )
})

const asTheyAre = (all: readonly CascadeMember[]): CascadeMember[] => {
  const places = planCascade(all)
  return all.map((member) => ({ ...member, role: places.get(member.node)?.role }))
}
const aged = (names: string): CascadeMember[] => names.split('').map((node, index) => ({ node, sinceMs: index }))

test('the oldest segment is the core, and stays it when an older one appears', () => {
  const star = asTheyAre(aged('dcbae'))
  expect(star.find(({ node }) => node === 'd')?.role).toBe('core')
  const places = planCascade([...star, { node: 'x', sinceMs: -1 }])
  expect(places.get('d')).toEqual({ role: 'core', peers: ['a', 'b', 'c', 'e', 'x'] })
  expect(places.get('x')).toEqual({ role: 'leaf', peers: ['d'] })
})

test('a star of four stays a star, and one of three becomes a mesh again', () => {
  const star = asTheyAre(aged('abcde'))
  const four = star.filter(({ node }) => node !== 'e')
  expect(planCascade(four).get('b')).toEqual({ role: 'leaf', peers: ['a'] })
  expect(planCascade(four.slice(0, 3)).get('b')).toEqual({ role: 'core', peers: ['a', 'c'] })
  expect(planCascade(aged('abcd')).get('b')).toEqual({ role: 'core', peers: ['a', 'c', 'd'] })
})

test('a core that is lost leaves the oldest of the rest as core', () => {
  const star = asTheyAre(aged('abcdef')).filter(({ node }) => node !== 'a')
  expect(planCascade(star).get('b')).toEqual({ role: 'core', peers: ['c', 'd', 'e', 'f'] })
})
