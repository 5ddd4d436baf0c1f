import { expect, test } from 'vitest'

import { aMember, asPlanned } from './aMember.ts'
import { planCascade, type CascadePlace } from './cascade.ts'
import type { CascadeMember, CascadeWish } from './member.ts'

/** A plan as people read it: one line a segment. */
const drawn = (places: ReadonlyMap<string, CascadePlace>): readonly string[] =>
  [...places].map(([node, { role, peers, why }]) => `${node} ${role} [${peers.join(' ')}] ${why}`)

/** Segments of one region, the first the oldest. */
const aged = (names: string, over: Partial<CascadeMember> = {}): CascadeMember[] =>
  names.split('').map((node, index) => aMember(node, { sinceMs: index, ...over }))

const stage: CascadeWish = { topology: 'Auto', mode: 'stage' }

test('one, and a mesh up to four', () => {
  expect(drawn(planCascade(aged('a')))).toEqual(['a core [] the only segment'])
  expect(drawn(planCascade(aged('cab')))).toEqual([
    'a core [b c] one of 3 in a mesh',
    'b core [a c] one of 3 in a mesh',
    'c core [a b] one of 3 in a mesh',
  ])
})

test('five in one region: the oldest is the core', () => {
  expect(drawn(planCascade(asPlanned(aged('bacde'), planCascade(aged('bacd')))))).toEqual([
    'a leaf [b] leaf of b, a core of eu',
    'b core [a c d e] core of eu: the oldest segment there',
    'c leaf [b] leaf of b, a core of eu',
    'd leaf [b] leaf of b, a core of eu',
    'e leaf [b] leaf of b, a core of eu',
  ])
})

test('two regions: a core in each, and leaves stay in their region', () => {
  const members = [...aged('abc'), ...aged('xyz', { region: 'us' })]
  expect(drawn(planCascade(members))).toEqual([
    'a core [b c x] core of eu: the oldest segment there',
    'b leaf [a] leaf of a, a core of eu',
    'c leaf [a] leaf of a, a core of eu',
    'x core [a y z] core of us: the oldest segment there',
    'y leaf [x] leaf of x, a core of us',
    'z leaf [x] leaf of x, a core of us',
  ])
})

test('five regions: the fifth, with fewest segments and youngest, hangs on the core with fewest pipes', () => {
  const members = [
    ...aged('ab', { region: 'ap' }),
    ...['eu', 'sa', 'us', 'za'].map((region, index) => aMember(region[0] ?? '', { region, sinceMs: index })),
  ]
  expect(drawn(planCascade(members))).toEqual([
    'a core [b e s u] core of ap: the oldest segment there',
    'b leaf [a] leaf of a, a core of ap',
    'e core [a s u z] core of eu: the only segment there',
    's core [a e u] core of sa: the only segment there',
    'u core [a e s] core of us: the only segment there',
    'z leaf [e] leaf of e in eu: za has no core, since the core has at most 4 segments',
  ])
})

test('on a stage those who publish are the core, also where a mesh would do, and an audience abroad gets one relay', () => {
  const audience = { publishers: 0, people: 50 }
  const members = [...aged('ab'), aMember('c', audience), aMember('x', { ...audience, region: 'us' })]
  expect(drawn(planCascade(members, stage))).toEqual([
    'a core [b c] core: people on it are on stage',
    'b core [a x] core: people on it are on stage',
    'c leaf [a] leaf of a, a core of eu',
    'x leaf [b] leaf of b in eu: us has no core, since nobody there is on stage',
  ])
  const more = [...members, aMember('y', { ...audience, region: 'us', sinceMs: 7 })]
  expect(drawn(planCascade(more, stage))).toEqual([
    'a core [b c x] core: people on it are on stage',
    'b core [a x] core: people on it are on stage',
    'c leaf [a] leaf of a, a core of eu',
    'x core [a b y] core of us: passes the stage on to the audience there',
    'y leaf [x] leaf of x, a core of us',
  ])
})

test('who was on stage stays in the core while there is room, and makes place for whoever is', () => {
  const publishing = (names: string) =>
    aged('abcdefg').map((member) => ({ ...member, publishers: names.includes(member.node) ? 1 : 0 }))
  const roles = (members: readonly CascadeMember[]) =>
    [...planCascade(members, stage)].filter(([, { role }]) => role === 'core').map(([node]) => node)
  const ab = asPlanned(publishing('ab'), planCascade(publishing('ab'), stage))
  const withRoles = (names: string) =>
    publishing(names).map((member, index) => ({ ...member, role: ab[index]?.role, parent: ab[index]?.parent }))
  expect(roles(withRoles('b'))).toEqual(['a', 'b'])
  expect(roles(withRoles(''))).toEqual(['a', 'b'])
  expect(roles(withRoles('cdef'))).toEqual(['c', 'd', 'e', 'f'])
})

test('a core without enough pipes is helped by another', () => {
  const tight = { pipes: { atMost: 3, boundBy: 'pipe ports' } }
  expect(drawn(planCascade(aged('abcdef', tight)))).toEqual([
    'a core [b c e] core of eu: the oldest segment there',
    'b core [a d f] core of eu too: the others have no pipe left',
    'c leaf [a] leaf of a, a core of eu',
    'd leaf [b] leaf of b, a core of eu',
    'e leaf [a] leaf of a, a core of eu',
    'f leaf [b] leaf of b, a core of eu',
  ])
})

test('who has room for more pipes is core before who is older', () => {
  const [a, ...others] = aged('abcde')
  if (a === undefined) throw new Error('five were asked for')
  const places = planCascade([{ ...a, pipes: { atMost: 3, boundBy: 'egress' } }, ...others])
  expect(places.get('b')).toMatchObject({ role: 'core', why: 'core of eu: a, the oldest there, has room for fewer pipes' })
})

test('a budget that nobody can keep is named', () => {
  const none = { pipes: { atMost: 1, boundBy: 'egress' } }
  expect(drawn(planCascade(aged('abc', none)))).toEqual([
    'a core [b c] core of eu: the oldest segment there; no mesh: a cannot carry a pipe to each other (egress); 1 over its budget of 1 pipes (egress), since nobody else can carry them',
    'b leaf [a] leaf of a, a core of eu',
    'c leaf [a] leaf of a, a core of eu',
  ])
})

test('a mesh and a star can be asked for; a mesh only as far as the nodes have pipes', () => {
  const five = aged('abcde')
  expect([...planCascade(five, { topology: 'Mesh', mode: 'meeting' }).values()].every(({ peers }) => peers.length === 4)).toBe(
    true,
  )
  expect(planCascade(aged('ab'), { topology: 'Star', mode: 'meeting' }).get('b')).toMatchObject({ role: 'leaf', parent: 'a' })
  const tight = aged('abcde', { pipes: { atMost: 3, boundBy: 'pipe ports' } })
  expect(planCascade(tight, { topology: 'Mesh', mode: 'meeting' }).get('a')?.why).toBe(
    'core of eu: the oldest segment there; no mesh: a cannot carry a pipe to each other (pipe ports)',
  )
})

const standing = (members: readonly CascadeMember[]): CascadeMember[] => asPlanned(members, planCascade(members))

test('a core stays core when an older segment appears', () => {
  const places = planCascade([...standing(aged('dcbae')), aMember('x', { sinceMs: -1 })])
  expect(drawn(places)).toContain('d core [a b c e x] core of eu already')
  expect(places.get('x')).toMatchObject({ role: 'leaf', parent: 'd' })
})

test('a star of four stays a star, and one of three becomes a mesh again', () => {
  const star = standing(aged('abcde'))
  const four = star.filter(({ node }) => node !== 'e')
  expect(planCascade(four).get('b')).toMatchObject({ role: 'leaf', peers: ['a'] })
  expect(planCascade(four.slice(0, 3)).get('b')).toMatchObject({ role: 'core', peers: ['a', 'c'] })
})

test('a core that is lost leaves the oldest of the rest as core; one without people is not made core', () => {
  const star = standing(aged('abcdef')).filter(({ node }) => node !== 'a')
  expect(planCascade(star).get('b')).toMatchObject({ role: 'core', peers: ['c', 'd', 'e', 'f'] })
  const emptied = star.map((member) => (member.node === 'b' ? { ...member, people: 0, publishers: 0 } : member))
  expect(planCascade(emptied).get('c')?.why).toBe('core of eu: nobody is on b, the oldest there')
})

test('the core of a node that drains is replaced before its people have gone; where all drain, they stay', () => {
  const star = standing(aged('abcde')).map((member) => ({ ...member, draining: member.node === 'a' }))
  const places = planCascade(star)
  expect(drawn(places)[0]).toBe('a leaf [b] leaf of b, a core of eu')
  expect(places.get('b')).toMatchObject({
    role: 'core',
    peers: ['a', 'c', 'd', 'e'],
    why: 'core of eu: a, the oldest there, drains',
  })
  expect(planCascade(star.map((member) => ({ ...member, draining: true }))).get('a')?.role).toBe('core')
})

test('leaves abroad come home when their region gets a core', () => {
  const old = standing([...aged('abcde'), ...aged('x', { region: 'us', people: 0, publishers: 0 })])
  expect(old.find(({ node }) => node === 'x')).toMatchObject({ role: 'leaf', parent: 'a' })
  const places = planCascade([...old, aMember('y', { region: 'us', sinceMs: 9 })])
  expect(places.get('y')).toMatchObject({ role: 'core' })
  expect(places.get('x')).toMatchObject({ role: 'leaf', parent: 'y' })
})

test('a few segments that are no mesh for want of pipes say whose; no others do', () => {
  const [a, b, c, d] = aged('abcd')
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four were asked for')
  const tight = [a, b, { ...c, pipes: { atMost: 2, boundBy: 'pipe ports' } }, d]
  const whys = (wish: CascadeWish): string => [...planCascade(tight, wish).values()].map(({ why }) => why).join('\n')
  expect(whys({ topology: 'Auto', mode: 'meeting' })).toContain('; no mesh: c cannot carry a pipe to each other (pipe ports)')
  expect(whys({ topology: 'Star', mode: 'meeting' })).not.toContain('mesh')
  expect(whys({ topology: 'Auto', mode: 'stage' })).not.toContain('mesh')
  // A star of four that was one of five goes on, whatever pipes they have.
  const star = asPlanned(tight, planCascade(tight, { topology: 'Star', mode: 'meeting' }))
  expect([...planCascade(star).values()].map(({ why }) => why).join('\n')).not.toContain('mesh')
})

test('the core of a region stands in the zone with most of its segments, and each leaf is told whether its pipe crosses zones', () => {
  const members = aged('abcde').map((member) => ({
    ...member,
    zone: 'abe'.includes(member.node) ? `eu-${member.node}` : 'eu-cd',
  }))
  expect(drawn(planCascade(members, { topology: 'Star', mode: 'meeting' }))).toEqual([
    'a leaf [c] leaf of c, a core of eu in another zone, eu-cd',
    'b leaf [c] leaf of c, a core of eu in another zone, eu-cd',
    'c core [a b d e] core of eu: in zone eu-cd, where most are',
    'd leaf [c] leaf of c, a core of eu in its zone eu-cd',
    'e leaf [c] leaf of c, a core of eu in another zone, eu-cd',
  ])
})

test('a new leaf hangs on a core of its own zone, one that hangs in another zone of its region stays', () => {
  const on = (node: string, zone: string, over: Partial<CascadeMember> = {}) => aMember(node, { zone, ...over })
  const cores = [on('a', 'eu-1', { role: 'core' }), on('b', 'eu-2', { role: 'core', publishers: 1 })]
  const hung = on('h', 'eu-2', { role: 'leaf', parent: 'a', publishers: 0 })
  const others = ['x', 'y'].map((node) => on(node, 'eu-2', { publishers: 0 }))
  const places = planCascade([...cores, hung, ...others, on('z', 'eu-3', { publishers: 0 })], stage)
  expect([...places].map(([node, { parent }]) => `${node} ${parent ?? 'core'}`)).toEqual([
    ...['a core', 'b core', 'h a', 'x b', 'y b', 'z a'],
  ])
})
