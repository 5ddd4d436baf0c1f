import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { fakeCascade, type FakeNode, type FakePerson, type Pair } from '../testing/fakeCascade.ts'

type Step =
  | { readonly type: 'cut' | 'block' | 'mend' }
  | { readonly type: 'cutAfter'; readonly frames: number }
  | { readonly type: 'order'; readonly shape: number; readonly leaving: boolean }
  | { readonly type: 'enter' | 'leave' | 'voice' | 'camera' | 'stop' | 'mute' | 'watch'; readonly who: number }
  | { readonly type: 'pass'; readonly ms: number }

const who = fc.integer({ min: 0, max: 7 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constantFrom('cut' as const, 'block' as const, 'mend' as const) }),
  fc.record({ type: fc.constant('cutAfter' as const), frames: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ type: fc.constant('order' as const), shape: fc.integer({ min: 0, max: 5 }), leaving: fc.boolean() }),
  fc.record({
    type: fc.constantFrom(
      'enter' as const,
      'leave' as const,
      'voice' as const,
      'camera' as const,
      'stop' as const,
      'mute' as const,
      'watch' as const,
    ),
    who,
  }),
  fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 5_000 }) }),
)

/** Four nodes, up to eight people, and whatever steps happen to them. */
class World {
  readonly cascade = fakeCascade()
  readonly nodes = ['a', 'b', 'c', 'd'].map((name) => this.cascade.node(name)) as [FakeNode, FakeNode, FakeNode, FakeNode]
  readonly people = new Map<number, { node: FakeNode; person: FakePerson }>()

  /** A star around one (0 to 3), a mesh (4), or two cores with a leaf each (5); `leaving`: what it no longer has stays for now. */
  order(shape: number, leaving = false): void {
    const [a, b, c, d] = this.nodes
    const mesh: readonly Pair[] = [
      [a, b],
      [a, c],
      [a, d],
      [b, c],
      [b, d],
      [c, d],
    ]
    const pairs: readonly Pair[] = [
      [a, b],
      [a, c],
      [b, d],
    ]
    const core = this.nodes[shape]
    const cores = core !== undefined ? [core] : shape === 5 ? [a, b] : this.nodes
    const links = core !== undefined ? mesh.filter((pair) => pair.includes(core)) : shape === 5 ? pairs : mesh
    const leaves = this.nodes.filter((each) => !cores.includes(each)).map(({ name }) => name)
    this.cascade.order(links, leaves, leaving ? mesh.filter(([x, y]) => !links.some(([p, q]) => p === x && q === y)) : [])
  }

  async run(of: Step): Promise<void> {
    const { network } = this.cascade
    switch (of.type) {
      case 'cut':
        return network.cut()
      case 'block':
      case 'mend':
        network.blocked = of.type === 'block'
        return
      case 'cutAfter':
        return network.cutAfter(of.frames)
      case 'order':
        return this.order(of.shape, of.leaving)
      case 'pass':
        return this.cascade.clock.advance(of.ms)
      case 'enter':
        return this.enter(of.who)
      default:
        return this.act(of.type, of.who)
    }
  }

  enter(number: number): void {
    const node = this.nodes[number % 4]
    if (node && !this.people.has(number)) this.people.set(number, { node, person: node.enter(`p${number}`) })
  }

  async act(type: 'leave' | 'voice' | 'camera' | 'stop' | 'mute' | 'watch', number: number): Promise<void> {
    const { node, person } = this.people.get(number) ?? {}
    if (!node || !person) return
    const { producers } = person.session
    const [first] = producers.infos
    const acts = {
      leave: () => {
        this.people.delete(number)
        node.segment.attachments.close(person.session)
      },
      voice: () => person.publish('microphone').catch(() => undefined),
      camera: () => person.publish('camera').catch(() => undefined),
      watch: () => this.watch(node, person),
      stop: () => first && producers.closeOne(first.producerId),
      mute: () => first && (first.paused ? producers.resume(first.producerId) : producers.pause(first.producerId)),
    }
    await acts[type]()
  }

  watch(node: FakeNode, person: FakePerson): void {
    const [track] = node.segment.roster.entries.flatMap(({ tracks }) => tracks.filter(({ source }) => source === 'camera'))
    if (track) void person.watch(track.trackId).catch(() => undefined)
  }

  /** How many halves of tracks' ways through pipes there are: those that send, and those that came out. */
  halves(): { sending: number; arrived: number } {
    const count = (node: FakeNode, what: string): number => [...node.media.open].filter((id) => id.startsWith(what)).length
    const own = [...this.people.values()].reduce((so, { person }) => so + person.session.producers.infos.length, 0)
    return {
      sending: this.nodes.reduce((so, node) => so + count(node, 'pipeConsumer-'), 0),
      arrived: this.nodes.reduce((so, node) => so + count(node, 'producer-'), 0) - own,
    }
  }

  /** What each node says of everybody, tracks and all. */
  told(node: FakeNode): unknown {
    return node.segment.roster.entries
      .map(({ participant, node: home, tracks }) => ({
        participant,
        home,
        tracks: tracks.map(({ trackId, producerId, muted }) => `${trackId} ${producerId} ${muted}`).toSorted(),
      }))
      .toSorted((x, y) => (x.participant < y.participant ? -1 : 1))
  }
}

test('whatever happens to network, orders and people, all is right again when it is over, and nothing is left at the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const world = new World()
      world.order(4)
      for (const each of steps) await world.run(each)
      world.cascade.network.cutAfter(Number.POSITIVE_INFINITY)
      world.cascade.network.blocked = false
      await world.cascade.settle(90_000)
      const [a, ...others] = world.nodes
      expect(others.map((node) => world.told(node))).toEqual(others.map(() => world.told(a)))
      expect(a.people()).toEqual([...world.people.keys()].map((number) => `p${number}`).toSorted())
      for (const node of world.nodes) {
        const voices = a.segment.roster.entries.flatMap(({ tracks }) => tracks.filter(({ source }) => source === 'microphone'))
        expect(voices.filter(({ producerId }) => !node.segment.tracks.get(producerId))).toEqual([])
        expect(node.pipes()).toBe(node.segment.edges.connected.length)
      }
      const { sending, arrived } = world.halves()
      expect(sending).toBe(arrived)
      for (const node of world.nodes) node.segment.close('meeting_ended')
      await world.cascade.settle(120_000)
      expect(world.nodes.flatMap((node) => [...node.media.open])).toEqual([])
      expect(world.cascade.clock.pending()).toBe(0)
    }),
    { numRuns: 100 },
  )
}, 30_000)
