import { expect, test } from 'vitest'

import { fakeCascade, type FakeCascade, type FakeNode } from '../testing/fakeCascade.ts'
import { unwantedPipeCloseMs } from '../api/edge.ts'
import { lostAfterMs, silentLostAfterMs } from './lostWatch.ts'

async function aPair(): Promise<{ cascade: FakeCascade; a: FakeNode; b: FakeNode }> {
  const cascade = fakeCascade()
  const [a, b] = [cascade.node('a'), cascade.node('b')]
  cascade.order([[a, b]])
  await cascade.settle()
  return { cascade, a, b }
}

const up = (node: FakeNode): readonly string[] => node.segment.edges.connected.map((peer) => peer.node)
const carries = (node: FakeNode, producerId: string): boolean => node.segment.tracks.get(producerId) !== undefined
const pipeConsumers = (node: FakeNode): number => [...node.media.open].filter((id) => id.startsWith('pipeConsumer')).length

test('one order on both sides makes one WebSocket and one pipe pair, and people hear of each other', async () => {
  const { cascade, a, b } = await aPair()
  a.enter('ann')
  b.enter('bob')
  await cascade.settle()
  expect([up(a), up(b), a.pipes(), b.pipes()]).toEqual([['b'], ['a'], 1, 1])
  expect(cascade.network.opened).toBe(1)
  expect(a.people()).toEqual(['ann', 'bob'])
  expect(b.people()).toEqual(['ann', 'bob'])
})

test('all closed, nothing is left: no pipe, no consumer, no timer', async () => {
  const { cascade, a, b } = await aPair()
  const [ann, bob] = [a.enter('ann'), b.enter('bob')]
  await ann.publish('microphone')
  await ann.publish('camera')
  await cascade.settle()
  await bob.watch('ann/camera')
  a.segment.close('meeting_ended')
  await cascade.settle()
  expect([...a.media.open]).toEqual([])
  expect(b.people()).toEqual(['bob'])
  b.segment.close('meeting_ended')
  await cascade.settle(120_000)
  expect([...b.media.open]).toEqual([])
  expect(cascade.clock.pending()).toBe(0)
})

test('audio crosses at once, video when somebody watches; unwatched it is held, then closed, and may come again', async () => {
  const { cascade, a, b } = await aPair()
  const [ann, bob] = [a.enter('ann'), b.enter('bob')]
  const voice = await ann.publish('microphone')
  const camera = await ann.publish('camera')
  await cascade.settle()
  expect([carries(b, voice.producerId), carries(b, camera.producerId)]).toEqual([true, false])
  const [first, second] = [await bob.watch('ann/camera'), await bob.watch('ann/camera')]
  expect(pipeConsumers(a)).toBe(2)
  bob.session.consumers.closeOne(first.consumerId)
  await cascade.settle(unwantedPipeCloseMs * 2)
  expect(carries(b, camera.producerId)).toBe(true)
  bob.session.consumers.closeOne(second.consumerId)
  await cascade.settle(unwantedPipeCloseMs / 2)
  expect(pipeConsumers(a)).toBe(2)
  await cascade.settle(unwantedPipeCloseMs)
  expect(pipeConsumers(a)).toBe(1)
  expect(carries(b, camera.producerId)).toBe(false)
  await bob.watch('ann/camera')
  expect(carries(b, camera.producerId)).toBe(true)
})

test('a WebSocket that is lost comes back to the same pipe, with all that changed meanwhile', async () => {
  const { cascade, a, b } = await aPair()
  const [ann, bob] = [a.enter('ann'), b.enter('bob')]
  const voice = await ann.publish('microphone')
  await ann.publish('camera')
  await cascade.settle()
  const camera = await bob.watch('ann/camera')
  const before = [...a.media.open, ...b.media.open].filter((id) => id.startsWith('pipe'))
  cascade.network.blocked = true
  cascade.network.cut()
  await cascade.settle(1_000)
  ann.session.producers.closeOne(voice.producerId)
  a.enter('abe')
  cascade.network.blocked = false
  await cascade.settle(5_000)
  expect(b.people()).toEqual(['abe', 'ann', 'bob'])
  expect(carries(b, voice.producerId)).toBe(false)
  expect(bob.session.consumers.get(camera.consumerId).closed).toBe(false)
  const after = [...a.media.open, ...b.media.open].filter((id) => id.startsWith('pipe'))
  expect(before.filter((id) => !after.includes(id))).toHaveLength(1)
  expect(after.filter((id) => !before.includes(id))).toEqual([])
})

test.each(Array.from({ length: 16 }, (_, frames) => frames))(
  'a network that fails after %i frames leaks no half of a pipe, and all is well after',
  async (frames) => {
    const cascade = fakeCascade()
    const [a, b] = [cascade.node('a'), cascade.node('b')]
    const [ann, bob] = [a.enter('ann'), b.enter('bob')]
    const [voice, camera] = [await ann.publish('microphone'), await ann.publish('camera')]
    cascade.network.cutAfter(frames)
    cascade.order([[a, b]])
    await cascade.settle()
    const watching = bob.watch('ann/camera').catch(() => undefined)
    await cascade.settle(30_000)
    const watched = (await watching) ?? (await bob.watch('ann/camera'))
    expect([up(a), up(b), a.pipes(), b.pipes()]).toEqual([['b'], ['a'], 1, 1])
    expect([a.people(), b.people()]).toEqual([
      ['ann', 'bob'],
      ['ann', 'bob'],
    ])
    expect([carries(b, voice.producerId), carries(b, camera.producerId)]).toEqual([true, true])
    expect(bob.session.consumers.get(watched.consumerId).closed).toBe(false)
    a.segment.close('meeting_ended')
    b.segment.close('meeting_ended')
    await cascade.settle()
    expect([...a.media.open, ...b.media.open]).toEqual([])
  },
)

test('both sides dial at once: one WebSocket survives, and one pipe pair', async () => {
  const cascade = fakeCascade()
  const [a, b] = [cascade.node('a'), cascade.node('b')]
  a.segment.edges.addFallback({ node: 'b', url: 'http://b', token: 't' })
  b.segment.edges.addFallback({ node: 'a', url: 'http://a', token: 't' })
  a.enter('ann')
  b.enter('bob')
  await cascade.settle(5_000)
  expect([up(a), up(b), a.pipes(), b.pipes()]).toEqual([['b'], ['a'], 1, 1])
  expect(b.people()).toEqual(['ann', 'bob'])
  expect(a.people()).toEqual(['ann', 'bob'])
})

test('a side that started again is another: what it said before is dropped, and a new pipe is made', async () => {
  const { cascade, a } = await aPair()
  const ann = a.enter('ann')
  const [stale] = [...a.media.open].filter((id) => id.startsWith('pipe-'))
  cascade.network.cut()
  const again = cascade.node('b')
  cascade.order([[a, again]])
  again.enter('bob')
  await cascade.settle(5_000)
  expect(a.people()).toEqual(['ann', 'bob'])
  expect([a.pipes(), again.pipes()]).toEqual([1, 1])
  expect(a.media.open.has(stale ?? '')).toBe(false)
  expect(ann.session.gone).toBe(false)
})

test('a side that is silent with its connection lost is given up; the people behind it leave', async () => {
  const { cascade, a, b } = await aPair()
  a.enter('ann')
  b.enter('bob')
  await cascade.settle()
  cascade.network.blocked = true
  cascade.network.cut()
  await cascade.settle(silentLostAfterMs - 2_000)
  expect(a.people()).toEqual(['ann', 'bob'])
  await cascade.settle(6_000)
  expect(a.people()).toEqual(['ann'])
  expect([a.pipes(), b.pipes()]).toEqual([0, 0])
  cascade.network.blocked = false
  await cascade.settle(10_000)
  expect(b.people()).toEqual(['ann', 'bob'])
  expect(lostAfterMs).toBeGreaterThan(silentLostAfterMs)
})

test('an order that takes a peer away closes the edge on both sides, and the peer does not get in again by its older order', async () => {
  const { cascade, a, b } = await aPair()
  b.enter('bob')
  await cascade.settle()
  b.segment.take({ epoch: 1, generation: 9, role: 'core', region: 'eu', peers: [], limits: { maxParticipants: 9 } })
  await cascade.settle(30_000)
  expect([up(a), up(b), a.pipes(), b.pipes()]).toEqual([[], [], 0, 0])
  expect(a.people()).toEqual([])
})

test('in a star wants travel on to the author and no further, and a leaf that leaves takes its people along', async () => {
  const cascade = fakeCascade()
  const [core, left, right] = [cascade.node('core'), cascade.node('left'), cascade.node('right')]
  cascade.order(
    [
      [core, left],
      [core, right],
    ],
    ['left', 'right'],
  )
  await cascade.settle()
  const [ann, bob] = [left.enter('ann'), right.enter('bob')]
  const camera = await ann.publish('camera')
  await cascade.settle()
  expect(right.people()).toEqual(['ann', 'bob'])
  expect(carries(core, camera.producerId)).toBe(false)
  const watching = bob.watch('ann/camera')
  await cascade.settle()
  const { consumerId } = await watching
  expect([core, right].map((node) => carries(node, camera.producerId))).toEqual([true, true])
  bob.session.consumers.closeOne(consumerId)
  await cascade.settle(unwantedPipeCloseMs * 3)
  expect([core, right].map((node) => carries(node, camera.producerId))).toEqual([false, false])
  left.segment.close('segment_closed')
  await cascade.settle()
  expect(right.people()).toEqual(['bob'])
})

test('two cores with a leaf each: everybody hears of everybody once', async () => {
  const cascade = fakeCascade()
  const [c1, c2, l1, l2] = [cascade.node('c1'), cascade.node('c2'), cascade.node('l1'), cascade.node('l2')]
  cascade.order(
    [
      [c1, c2],
      [c1, l1],
      [c2, l2],
    ],
    ['l1', 'l2'],
  )
  await cascade.settle()
  const people = [c1.enter('c1'), c2.enter('c2'), l1.enter('l1'), l2.enter('l2')]
  await Promise.all(people.map((each) => each.publish('microphone')))
  await cascade.settle()
  for (const node of [c1, c2, l1, l2]) {
    expect(node.people()).toEqual(['c1', 'c2', 'l1', 'l2'])
    expect(
      node.segment.roster.entries.every(({ tracks }) => tracks.length === 1 && carries(node, tracks[0]?.producerId ?? '')),
    ).toBe(true)
  }
})

test('a role that changes is told on the edges that are there: a leaf that became a core forwards', async () => {
  const cascade = fakeCascade()
  const [a, b, c] = [cascade.node('a'), cascade.node('b'), cascade.node('c')]
  cascade.order(
    [
      [a, b],
      [b, c],
    ],
    ['a', 'b', 'c'],
  )
  await cascade.settle()
  a.enter('ann')
  await cascade.settle()
  expect(c.people()).toEqual([])
  cascade.order(
    [
      [a, b],
      [b, c],
    ],
    ['a', 'c'],
  )
  await cascade.settle()
  expect(c.people()).toEqual(['ann'])
  expect(cascade.network.opened).toBe(2)
})

test('muting crosses, also what happened while the WebSocket was lost', async () => {
  const { cascade, a, b } = await aPair()
  const ann = a.enter('ann')
  const { producerId } = await ann.publish('microphone')
  await cascade.settle()
  const mutedAtB = () => b.segment.roster.tracks('ann/microphone')[0]?.track.muted
  await ann.session.producers.pause(producerId)
  await cascade.settle()
  expect(mutedAtB()).toBe(true)
  cascade.network.blocked = true
  cascade.network.cut()
  await cascade.settle()
  await ann.session.producers.resume(producerId)
  cascade.network.blocked = false
  await cascade.settle(5_000)
  expect(mutedAtB()).toBe(false)
})
