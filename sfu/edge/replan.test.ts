import { expect, test } from 'vitest'

import { moveGraceMs } from '../segment/tracks.ts'
import { fakeCascade, type FakeCascade, type FakeNode, type FakePerson, type Pair } from '../testing/fakeCascade.ts'

/** Somebody who watches one track as signaling's client does: told that it moved, they ask for it again and close the old consumer. */
class Viewer {
  /** How often it played nothing at all. */
  gaps = 0
  readonly #node: FakeNode
  readonly #person: FakePerson
  readonly #trackId: string
  #heard = 0
  #playing: string[] = []
  readonly #following: Promise<void>[] = []
  /** Whether it does what `consumerMoved` asks; else it comes back when the consumer was closed, as an older client does. */
  heeds = true

  constructor({ node, person }: { node: FakeNode; person: FakePerson }, trackId: string) {
    this.#node = node
    this.#person = person
    this.#trackId = trackId
  }

  async watch(): Promise<void> {
    this.#playing.push((await this.#person.watch(this.#trackId)).consumerId)
  }

  /** Begins what it was told meanwhile, and counts a gap where nothing comes. */
  follow(): void {
    const news = this.#person.told.slice(this.#heard) as { method: string; data: { consumerId: string } }[]
    this.#heard += news.length
    for (const { method, data } of news) {
      if (method === 'consumerClosed' && this.#playing.includes(data.consumerId)) {
        this.#playing = this.#playing.filter((id) => id !== data.consumerId)
        this.#following.push(this.watch())
      }
      if (this.heeds && method === 'consumerMoved' && this.#playing.includes(data.consumerId))
        this.#following.push(this.#replace(data.consumerId))
    }
    const { consumers } = this.#person.session
    if (!this.#playing.some((id) => this.#node.media.flows(consumers.get(id).producerId))) this.gaps += 1
  }

  /** Resolves when all that it began is done; rejects where something could not be had. */
  async done(): Promise<void> {
    await Promise.all(this.#following)
  }

  async #replace(consumerId: string): Promise<void> {
    await this.watch()
    this.#person.session.consumers.closeOne(consumerId)
    this.#playing = this.#playing.filter((id) => id !== consumerId)
  }

  /** How many consumers it has: more than one where it would hear somebody twice. */
  get consumers(): number {
    return this.#person.session.consumers.infos.length
  }
}

/** Edges and leaves as text: `ab ac`, `bc`. */
interface Shape {
  readonly links: string
  readonly leaves?: string
  readonly latencyMs?: FakeCascade['network']['latencyMs']
}

interface World {
  readonly cascade: FakeCascade
  readonly nodes: readonly FakeNode[]
  readonly viewers: readonly Viewer[]
  /** Moves time in small steps; everybody follows, and nobody may ever be missing. */
  pass(durationMs: number): Promise<void>
}

/** One person a node who sends voice and picture, and watches everybody else's. */
async function aWorld(names: string, { links, leaves = '', latencyMs = () => 0 }: Shape): Promise<World> {
  const cascade = fakeCascade()
  cascade.network.latencyMs = latencyMs
  const nodes = names.split('').map((name) => cascade.node(name))
  cascade.order(pairs(links)(nodeIn(nodes)), leaves.split(''))
  await cascade.settle(5_000)
  const people = nodes.map((node) => ({ node, person: node.enter(`p${node.name}`) }))
  await Promise.all(people.flatMap(({ person }) => [person.publish('microphone'), person.publish('camera')]))
  await cascade.settle(5_000)
  const viewers = people.flatMap((each) =>
    nodes
      .filter((other) => other !== each.node)
      .flatMap(({ name }) => [new Viewer(each, `p${name}/microphone`), new Viewer(each, `p${name}/camera`)]),
  )
  const watching = Promise.all(viewers.map((viewer) => viewer.watch()))
  await cascade.settle(5_000)
  await watching
  const everybody = nodes.map(({ name }) => `p${name}`).toSorted()
  return {
    cascade,
    nodes,
    viewers,
    async pass(durationMs) {
      for (let passedMs = 0; passedMs < durationMs; passedMs += 50) {
        await cascade.clock.advance(50)
        for (const viewer of viewers) viewer.follow()
        for (const node of nodes) expect(node.people()).toEqual(everybody)
      }
      await Promise.all(viewers.map((viewer) => viewer.done()))
    },
  }
}

const nodeIn =
  (nodes: readonly FakeNode[]) =>
  (name: string): FakeNode => {
    const node = nodes.find((each) => each.name === name)
    if (!node) throw new Error(`no node ${name}`)
    return node
  }

/** Pairs from `ab ac`. */
const pairs =
  (text: string) =>
  (node: (name: string) => FakeNode): readonly Pair[] =>
    text.split(' ').map((pair) => [node(pair[0] ?? ''), node(pair[1] ?? '')] as const)

const mesh = 'ab ac ad bc bd cd'

const leavingOf = ({ segment }: FakeNode): readonly string[] =>
  segment.report().peers.flatMap(({ node, leaving }) => (leaving === undefined ? [] : [`${node} ${leaving}`]))

test('a mesh of four becomes a core with leaves, and nobody misses or hears anything twice', async () => {
  const world = await aWorld('abcd', { links: mesh })
  const node = nodeIn(world.nodes)
  const [star, leaving] = [pairs('ab ac ad')(node), pairs('bc bd cd')(node)]
  world.cascade.order(star, ['b', 'c', 'd'], leaving)
  expect(leavingOf(node('b'))).toEqual(['c needed', 'd needed'])
  await world.pass(moveGraceMs + 2_000)
  expect(['b', 'c', 'd'].map((name) => leavingOf(node(name)))).toEqual([
    ['c spare', 'd spare'],
    ['b spare', 'd spare'],
    ['b spare', 'c spare'],
  ])
  world.cascade.order(star, ['b', 'c', 'd'])
  await world.pass(2_000)
  expect(world.nodes.map((each) => each.pipes())).toEqual([3, 1, 1, 1])
  expect(world.viewers.map(({ gaps }) => gaps)).toEqual(world.viewers.map(() => 0))
  expect(new Set(world.viewers.map(({ consumers }) => consumers))).toEqual(new Set([6]))
})

test('a client that does not follow is told when the old way ends, and gets all of it back', async () => {
  const world = await aWorld('abcd', { links: mesh })
  for (const viewer of world.viewers) viewer.heeds = false
  const node = nodeIn(world.nodes)
  const star = pairs('ab ac ad')(node)
  world.cascade.order(star, ['b', 'c', 'd'], pairs('bc bd cd')(node))
  await world.pass(moveGraceMs + 2_000)
  world.cascade.order(star, ['b', 'c', 'd'])
  await world.pass(15_000)
  for (const viewer of world.viewers) viewer.gaps = 0
  await world.pass(15_000)
  expect(world.viewers.map(({ gaps }) => gaps)).toEqual(world.viewers.map(() => 0))
})

test('a star gets another core: first both are, then the old one is a leaf', async () => {
  const world = await aWorld('abcd', { links: 'ab ac ad', leaves: 'bcd' })
  const node = nodeIn(world.nodes)
  const next = pairs('ab bc bd')(node)
  world.cascade.order(next, ['c', 'd'], pairs('ac ad')(node))
  await world.pass(moveGraceMs + 2_000)
  expect([leavingOf(node('a')), leavingOf(node('c'))]).toEqual([['c spare', 'd spare'], ['a spare']])
  world.cascade.order(next, ['a', 'c', 'd'])
  await world.pass(2_000)
  expect(world.nodes.map((each) => each.pipes())).toEqual([1, 3, 1, 1])
  expect(world.viewers.map(({ gaps }) => gaps)).toEqual(world.viewers.map(() => 0))
})

test('a leaf moves to another core: those behind the first one hear it on', async () => {
  const world = await aWorld('abcde', { links: 'ab ac ad be', leaves: 'cde' })
  const node = nodeIn(world.nodes)
  const next = pairs('ab bc ad be')(node)
  world.cascade.order(next, ['c', 'd', 'e'], pairs('ac')(node))
  await world.pass(moveGraceMs + 2_000)
  expect([leavingOf(node('a')), leavingOf(node('c'))]).toEqual([['c spare'], ['a spare']])
  world.cascade.order(next, ['c', 'd', 'e'])
  await world.pass(2 * moveGraceMs)
  expect(world.viewers.map(({ gaps }) => gaps)).toEqual(world.viewers.map(() => 0))
})

test('a third core that hears of the new way late goes on with the old one until then', async () => {
  const slow = (one: string, other: string): number => ([one, other].toSorted().join('') === 'bx' ? 700 : 0)
  const world = await aWorld('abcx', { links: 'ab ac ax bx', leaves: 'c', latencyMs: slow })
  const node = nodeIn(world.nodes)
  const next = pairs('ab bc ax bx')(node)
  world.cascade.order(next, ['c'], pairs('ac')(node))
  await world.pass(moveGraceMs + 4_000)
  world.cascade.order(next, ['c'])
  await world.pass(2 * moveGraceMs)
  expect(node('a').pipes()).toBe(2)
  expect(world.viewers.map(({ gaps }) => gaps)).toEqual(world.viewers.map(() => 0))
})

test('while the new way does not come, the old one stays needed; what arrives by it meanwhile is had', async () => {
  const world = await aWorld('abcd', { links: mesh })
  const node = nodeIn(world.nodes)
  world.cascade.network.blocked = true
  const x = world.cascade.node('x')
  // The core would be x, which nobody reaches.
  world.cascade.order(
    world.nodes.map((each) => [each, x] as const),
    ['a', 'b', 'c', 'd'],
    pairs(mesh)(node),
  )
  await world.pass(20_000)
  expect(leavingOf(node('c'))).toEqual(['a needed', 'b needed', 'd needed'])
  await node('a').enter('late').publish('microphone')
  await world.cascade.settle()
  expect(node('c').people()).toContain('late')
  expect(world.viewers.map(({ gaps }) => gaps)).toEqual(world.viewers.map(() => 0))
})

test('an edge that is taken away, given back and taken away again has its whole time once more', async () => {
  const world = await aWorld('abc', { links: 'ab ac bc' })
  const node = nodeIn(world.nodes)
  world.cascade.network.blocked = true
  const x = world.cascade.node('x') // It is never reached, so that what was taken away stays needed.
  const without: readonly Pair[] = [...pairs('ac bc')(node), [node('a'), x], [node('b'), x]]
  world.cascade.order(without)
  await world.pass(5_000)
  world.cascade.order([...without, ...pairs('ab')(node)])
  await world.pass(3_000)
  world.cascade.order(without)
  await world.pass(9_000)
  await world.cascade.settle(2_000)
  expect(node('a').people()).toEqual(['pa', 'pc'])
})
