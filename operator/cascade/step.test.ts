import { expect, test } from 'vitest'

import type { CascadePlace } from './cascade.ts'
import type { Standing } from './standing.ts'
import { planStep } from './step.ts'

/**
 * A segment as it stands, from `core b c (d) ((e)) !f`: in one pair of brackets a leaving edge that is needed, in two one that is spare, after
 * `!` one whose pipe is down. `@7` after the role: by an order of that generation.
 */
function standing(node: string, text: string): Standing {
  const [stands = '', ...peers] = text.split(' ')
  const [role, generation] = stands.split('@')
  const edges = (isDown: boolean) =>
    new Map(
      peers
        .filter((peer) => peer.includes('!') === isDown)
        .map((peer) => {
          const [name = ''] = /[a-z]/.exec(peer) ?? []
          return [name, peer.startsWith('((') ? 'spare' : peer.startsWith('(') ? 'needed' : 'stays'] as const
        }),
    )
  const fence = generation === undefined ? {} : { fence: { epoch: 1, generation: Number(generation) } }
  return { node, role: role === 'core' || role === 'leaf' ? role : undefined, up: edges(false), down: edges(true), ...fence }
}

/** A target, from `core` or `leaf of a`; peers follow from it. */
function target(places: Readonly<Record<string, string>>): ReadonlyMap<string, CascadePlace> {
  return new Map(
    Object.entries(places).map(([node, text]) => {
      const parent = text === 'core' ? undefined : text.split(' ').at(-1)
      return [node, { role: parent === undefined ? 'core' : 'leaf', parent, peers: [], why: '' }]
    }),
  )
}

/** What each is told, as in {@link standing}. */
function step(now: Readonly<Record<string, string>>, to: Readonly<Record<string, string>>): Record<string, string> {
  const places = planStep(
    Object.entries(now).map(([node, text]) => standing(node, text)),
    target(to),
  )
  const told = [...places].map(([node, { role, peers }]) => {
    const edges = peers.map((peer) => (peer.leaving ? `(${peer.node})` : peer.node))
    return [node, [role, ...edges].join(' ')] as const
  })
  return Object.fromEntries<string>(told)
}

const star = { a: 'core', b: 'leaf of a', c: 'leaf of a' }

test('a mesh becomes a star: edges between leaves leave, and go when both ends find them spare', () => {
  expect(step({ a: 'core b c', b: 'core a c', c: 'core a b' }, star)).toEqual({ a: 'core b c', b: 'leaf a (c)', c: 'leaf a (b)' })
  const half = { a: 'core b c', b: 'leaf a ((c))', c: 'leaf a (b)' }
  expect(step(half, star)).toEqual({ a: 'core b c', b: 'leaf a (c)', c: 'leaf a (b)' })
  const whole = { a: 'core b c', b: 'leaf a ((c))', c: 'leaf a ((b))' }
  expect(step(whole, star)).toEqual({ a: 'core b c', b: 'leaf a', c: 'leaf a' })
})

test('a star becomes a mesh: leaves are cores when they have a pipe to each other core', () => {
  const mesh = { a: 'core', b: 'core', c: 'core' }
  expect(step({ a: 'core b c', b: 'leaf a', c: 'leaf a' }, mesh)).toEqual({ a: 'core b c', b: 'leaf a c', c: 'leaf a b' })
  expect(step({ a: 'core b c', b: 'leaf a c', c: 'leaf a b' }, mesh)).toEqual({ a: 'core b c', b: 'core a c', c: 'core a b' })
})

test('another core: the old one stays core while leaves hear through it, and only then is a leaf', () => {
  const to = { a: 'leaf of b', b: 'core', c: 'leaf of b' }
  expect(step({ a: 'core b c', b: 'leaf a', c: 'leaf a' }, to)).toEqual({ a: 'core b (c)', b: 'core a c', c: 'leaf (a) b' })
  expect(step({ a: 'core b ((c))', b: 'core a c', c: 'leaf ((a)) b' }, to)).toEqual({ a: 'leaf b', b: 'core a c', c: 'leaf b' })
})

test('a core that is to close is told the same, whatever it hears itself, and then has no place', () => {
  const to = { b: 'core', c: 'leaf of b' }
  expect(step({ a: 'core b c', b: 'leaf a', c: 'leaf a' }, to)).toEqual({ a: 'core b (c)', b: 'core a c', c: 'leaf (a) b' })
  expect(step({ a: 'core b (c)', b: 'core a c', c: 'leaf ((a)) b' }, to)).toEqual({ b: 'core c', c: 'leaf b' })
})

test('a leaf that shall be core waits for a core that shall be leaf, which it hears through its own core', () => {
  const to = { b: 'leaf of f', f: 'core' }
  expect(step({ a: 'core b f', b: 'core a', f: 'leaf a' }, to)).toEqual({ a: 'core (b) f', b: 'leaf (a) f', f: 'leaf a b' })
  expect(step({ a: 'core (b) f', b: 'leaf (a) f', f: 'leaf a b' }, to)).toMatchObject({ f: 'core a b' })
})

test('a leaf that shall be core waits for a core that steps down, whatever it hears of it by others now: cores pass nothing on between cores', () => {
  const to = { b: 'leaf of f', c: 'core', f: 'core' }
  const now = { b: 'core f ((c))', c: 'leaf f ((b))', f: 'core b c' }
  expect(step(now, to)).toEqual({ b: 'leaf f', c: 'leaf f', f: 'core b c' })
  expect(step({ ...now, b: 'leaf f', c: 'leaf f' }, to)).toEqual({ b: 'leaf f', c: 'core f', f: 'core b c' })
})

test('a pipe that is down holds nobody up, and a node that follows no order yet is told all at once', () => {
  const torn = { a: 'core b c', b: 'core a', c: 'core a' }
  expect(step(torn, star)).toEqual({ a: 'core b c', b: 'leaf a', c: 'leaf a' })
  expect(step({ a: 'new', b: 'new', c: 'new' }, star)).toEqual({ a: 'core b c', b: 'leaf a', c: 'leaf a' })
})

test('a core stays core for one that hangs on it by an order of which only the core has told', () => {
  const to = { a: 'leaf of b', b: 'core', c: 'core' }
  // b follows the order that hangs it on a, and nothing was heard of it since before.
  expect(step({ a: 'core@7 b c', b: 'new', c: 'core@6 a' }, to)).toEqual({ a: 'core b c', b: 'core a c', c: 'core a b' })
  expect(step({ a: 'core@7 b c', b: 'leaf@7 a', c: 'core@6 a' }, to)).toEqual({ a: 'core b c', b: 'leaf a c', c: 'core a b' })
  expect(step({ a: 'core@6 c', b: 'leaf@7 a', c: 'core@6 a' }, to)).toMatchObject({ a: 'core b c' })
  const whole = { a: 'core@9 (b) (c)', b: 'core@9 a c', c: 'core@9 ((a)) b' }
  expect(step(whole, to)).toMatchObject({ a: 'leaf b (c)' })
})

test('an edge that one end has dropped by a later order is not begun again', () => {
  const half = { a: 'core@3 b c', b: 'leaf@4 a', c: 'leaf@3 a ((b))' }
  expect(step(half, star)).toEqual({ a: 'core b c', b: 'leaf a', c: 'leaf a' })
})

test('a leaf is no core by the pipe to one of which nothing was heard: that may not know of it', () => {
  const now = [standing('a', 'core b c'), standing('b', 'leaf a c'), { ...standing('c', 'core a b'), unheard: true }]
  const roleOf = (all: readonly Standing[]) => planStep(all, target({ a: 'core', b: 'core', c: 'core' })).get('b')?.role
  expect(roleOf(now)).toBe('leaf')
  expect(roleOf(now.map((each) => ({ ...each, unheard: false })))).toBe('core')
})

test('a leaf is no core by the pipe to one that was sent a later order than it told of: that may have taken the pipe away', () => {
  const roleOf = (sent: number) => {
    const c = { ...standing('c', 'core@5 a ((d))'), sent: { epoch: 1, generation: sent, role: 'core' as const } }
    const now = [standing('a', 'core@5 c d'), c, standing('d', 'leaf@5 a ((c))')]
    return planStep(now, target({ a: 'core', c: 'core', d: 'core' })).get('d')?.role
  }
  expect(roleOf(6)).toBe('leaf')
  expect(roleOf(5)).toBe('core')
})

test('one that did not answer has the role that it was sent, whichever it is told next: others may hear by it, or it by them', () => {
  const sent = (role: 'core' | 'leaf') => ({ epoch: 1, generation: 4, role })
  const roleOf = (b: Standing) =>
    planStep(
      [standing('a', 'core@5 b !c'), b, standing('c', 'leaf@5 b')],
      target({ a: 'core', b: 'leaf of a', c: 'leaf of a' }),
    ).get('b')?.role
  expect(roleOf({ ...standing('b', 'leaf@3 a !c'), sent: sent('core') })).toBe('core')
  expect(roleOf({ ...standing('b', 'leaf@4 a !c'), sent: sent('core') })).toBe('leaf')
  const mesh = target({ a: 'core', b: 'core', c: 'core' })
  const b = { ...standing('b', 'core@3 a c'), sent: sent('leaf') }
  expect(planStep([standing('a', 'core@5 b c'), b, standing('c', 'core@5 a')], mesh).get('b')?.role).toBe('leaf')
})

test('a leaf that hears by a core is no core by the word of one end alone that their pipe is down', () => {
  const mesh = { a: 'core', b: 'core', c: 'core' }
  // b told before the pipe to c was up, and was not heard since.
  expect(step({ a: 'core@2 b', b: 'core@3 a !c', c: 'leaf@3 b' }, mesh)).toMatchObject({ c: 'leaf a b' })
  expect(step({ a: 'core@2 b', b: 'core@3 a c', c: 'leaf@3 !b' }, mesh)).toMatchObject({ c: 'leaf a b' })
  expect(step({ a: 'core@2 b', b: 'core@3 a !c', c: 'leaf@3 !b' }, mesh)).toMatchObject({ c: 'core a b' })
})

test('a leaf of whose pipe to its core only the core has told keeps it until it hangs elsewhere', () => {
  const to = { b: 'core', c: 'leaf of b' }
  // c told before its pipe to a was up.
  expect(step({ a: 'core b c', b: 'leaf a', c: 'leaf' }, to)).toEqual({ a: 'core b (c)', b: 'core a c', c: 'leaf (a) b' })
  expect(step({ a: 'core b (c)', b: 'core a c', c: 'leaf b' }, to)).toEqual({ b: 'core c', c: 'leaf b' })
})

test('an edge of a leaf that is being set up goes on until the leaf hangs elsewhere: it may be up before the order comes', () => {
  const to = { a: 'core', b: 'core', c: 'leaf of b' }
  expect(step({ a: 'core !c', b: 'new', c: 'core !a' }, to)).toEqual({ a: 'core b (c)', b: 'core a c', c: 'leaf (a) b' })
  // By the order before it is leaving; spare, since nothing comes by it yet.
  const half = { a: 'core !b ((!c))', b: 'core !a !c', c: 'leaf ((!a)) !b' }
  expect(step(half, to)).toEqual({ a: 'core b (c)', b: 'core a c', c: 'leaf (a) b' })
  expect(step({ ...half, b: 'core !a c', c: 'leaf ((!a)) b' }, to)).toEqual({ a: 'core b', b: 'core a c', c: 'leaf b' })
})

test('a leaf whose core has not told of their pipe keeps it until the one that it shall hang on is a core: a leaf passes nothing on', () => {
  const to = { a: 'core', b: 'core', d: 'core', c: 'leaf of b' }
  // a told before its pipe to c was up; b waits for its pipe to d.
  const now = { a: 'core@5 b !((c)) d', b: 'leaf@4 a c !d', c: 'leaf@4 (a) b', d: 'core@4 a !b' }
  expect(step(now, to)).toMatchObject({ a: 'core b (c) d', b: 'leaf a c d', c: 'leaf (a) b' })
  expect(step({ ...now, b: 'core@6 a c d', d: 'core@6 a b' }, to)).toMatchObject({ a: 'core b d', c: 'leaf b' })
})

test('an edge that is spare to both goes on while the one that a leaf shall hang on has not told of their pipe: nothing may come by either yet', () => {
  const to = { a: 'core', b: 'core', c: 'leaf of b' }
  // b cannot be told of c: its way to the operator is cut. The pipe between a and c has just come up.
  const now = { a: 'core@5 b ((c))', b: 'core@1', c: 'leaf@5 ((a)) b' }
  expect(step(now, to)).toEqual({ a: 'core b (c)', b: 'core a c', c: 'leaf (a) b' })
  expect(step({ ...now, b: 'core@6 a c' }, to)).toEqual({ a: 'core b', b: 'core a c', c: 'leaf b' })
})

test('an edge is not spare by the word of one who hears by a core that is gone', () => {
  // d was the core of b and c.
  const now = { a: 'core ((b)) ((c)) d', b: 'leaf ((a)) ((c)) d', c: 'leaf ((a)) ((b)) d' }
  const to = { a: 'core', b: 'core', c: 'leaf of b' }
  expect(step(now, to)).toEqual({ a: 'core b (c)', b: 'core a c', c: 'leaf (a) b' })
  expect(step({ ...now, d: 'core a b c' }, to)).toMatchObject({ c: 'leaf b (d)' })
})

test('an edge is not spare to one whose other way is by a segment that has not answered yet: it may pass on less by now', () => {
  const to = target({ a: 'core', b: 'core', c: 'leaf of b' })
  const edgesOf = (sent: number) => {
    const b = { ...standing('b', 'core@5 a c'), sent: { epoch: 1, generation: sent, role: 'leaf' as const } }
    const places = planStep([standing('a', 'core@5 b ((c))'), b, standing('c', 'leaf@5 ((a)) b')], to)
    return places.get('c')?.peers
  }
  expect(edgesOf(6)).toEqual([
    { node: 'a', leaving: true },
    { node: 'b', leaving: false },
  ])
  expect(edgesOf(5)).toEqual([{ node: 'b', leaving: false }])
})

test('an edge is not spare to one whose edges that stay are not all up: its other way may be by the one that broke', () => {
  const to = { a: 'core', b: 'core', c: 'leaf of b' }
  const now = { a: 'core b ((c))', b: 'core a !c', c: 'leaf ((a)) !b' }
  expect(step(now, to)).toEqual({ a: 'core b (c)', b: 'core a c', c: 'leaf (a) b' })
  expect(step({ ...now, b: 'core a c', c: 'leaf ((a)) b' }, to)).toMatchObject({ a: 'core b', c: 'leaf b' })
  // Nobody hears by an edge that leaves and is down itself.
  const both = { a: 'core b ((c)) ((!d))', b: 'core a c d', c: 'leaf ((a)) b', d: 'leaf ((!a)) b' }
  expect(step(both, { ...to, d: 'leaf of b' })).toEqual({ a: 'core b', b: 'core a c d', c: 'leaf b', d: 'leaf b' })
})
