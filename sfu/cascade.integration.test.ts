import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import type { GrantClaims } from './api/grant.ts'
import type { MeetingRef } from './api/identity.ts'
import { edgesUp, flows, holdsNothing, rosterOf } from './testing/expectations.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { join, type TestParticipant } from './testing/participant.ts'
import { aMeeting, claimsFor, fallbackGrantFor, makeTrust, orderFor, peerToken, type Trust } from './testing/trust.ts'

let trust: Trust
let nodes: TestNode[]
let people: TestParticipant[] = []
let generation = 0

beforeAll(async () => {
  trust = await makeTrust()
  nodes = await Promise.all(['a', 'b', 'c'].map((node) => startTestNode(trust, { node })))
})
afterAll(() => Promise.all(nodes.map((node) => node.stop())))
afterEach(async () => {
  await Promise.all(people.map((each) => each.leave()))
  people = []
  for (const node of nodes) {
    for (const { meeting, ...fence } of await node.client.getSegments()) {
      await node.client.deleteSegment(meeting, { epoch: Math.max(1, fence.epoch), generation: fence.generation, reason: 'ended' })
    }
    await holdsNothing(node)
  }
})

const three = (): [TestNode, TestNode, TestNode] => nodes as [TestNode, TestNode, TestNode]

async function enter(
  node: TestNode,
  meeting: MeetingRef,
  participant: string,
  over: Partial<GrantClaims> = {},
): Promise<TestParticipant> {
  const claims = claimsFor(trust, { meeting, participant, ...over })
  const grant = over.fallback ? { grant: await fallbackGrantFor(trust, { node: node.node, claims }) } : {}
  const joined = await join(trust, { node, claims, ...grant })
  people.push(joined)
  return joined
}

/** Orders a meeting: `links` are pairs of nodes, `leaves` the names of those that are leaves. */
async function order(meeting: MeetingRef, links: [TestNode, TestNode][], leaves: string[] = []): Promise<void> {
  generation++
  const role = (node: string) => (leaves.includes(node) ? ('leaf' as const) : ('core' as const))
  const placed = (node: TestNode) => ({ ...node, role: role(node.node) })
  await Promise.all(
    [...new Set(links.flat())].map(async (node) => {
      const peers = links.flatMap(([x, y]) => (x === node ? [placed(y)] : y === node ? [placed(x)] : []))
      await node.client.putSegment(meeting, await orderFor(trust, { meeting, node: placed(node), peers, generation }))
    }),
  )
  await Promise.all(
    [...new Set(links.flat())].map((node) => edgesUp(node, meeting, links.filter((link) => link.includes(node)).length)),
  )
}

const has = (who: string, tracks: number) => (all: readonly { participant: string; tracks: number }[]) =>
  all.some((each) => each.participant === who && each.tracks === tracks)
const lacks = (who: string) => (all: readonly { participant: string }[]) => !all.some((each) => each.participant === who)

test('in a star what one leaf sends crosses the core to the other, once', async () => {
  const [core, left, right] = three()
  const meeting = aMeeting(trust)
  await order(
    meeting,
    [
      [core, left],
      [core, right],
    ],
    ['b', 'c'],
  )
  const [ann, bob] = [await enter(left, meeting, 'ann'), await enter(right, meeting, 'bob')]
  await Promise.all([ann.publish('microphone'), ann.publish('camera')])
  await rosterOf(bob, has('ann', 2))
  await Promise.all((await Promise.all([bob.receive('ann/microphone'), bob.receive('ann/camera')])).map((each) => flows(each)))
  await waitFor(() => (bob.speakers().speakers[0]?.participant === 'ann' ? true : missing('ann among the speakers')), {
    timeoutMs: 30_000,
  })
  expect((await core.client.dump()).workers).toMatchObject([{ pipeTransports: 2, producers: 2 }])
  expect((await right.client.dump()).workers).toMatchObject([{ pipeTransports: 1, producers: 2 }])
  await ann.leave()
  people = [bob]
  await rosterOf(bob, lacks('ann'))
})

test('a mesh of three: each hears each by their own pipe, and nobody twice', async () => {
  const [a, b, c] = three()
  const meeting = aMeeting(trust)
  await order(meeting, [
    [a, b],
    [a, c],
    [b, c],
  ])
  const everybody = [await enter(a, meeting, 'ann'), await enter(b, meeting, 'bob'), await enter(c, meeting, 'cat')]
  await Promise.all(everybody.map((each) => each.publish('microphone')))
  await Promise.all(everybody.map((each) => rosterOf(each, (all) => all.length === 3 && all.every(({ tracks }) => tracks === 1))))
  const received = await Promise.all(
    everybody.flatMap((each) =>
      ['ann', 'bob', 'cat'].filter((who) => who !== each.claims.sub).map((who) => each.receive(`${who}/microphone`)),
    ),
  )
  await Promise.all(received.map((each) => flows(each)))
  for (const node of [a, b, c]) expect((await node.client.dump()).workers).toMatchObject([{ pipeTransports: 2, producers: 3 }])
})

test('a meeting grows by a node while it goes on, and shrinks again', async () => {
  const [a, b, c] = three()
  const meeting = aMeeting(trust)
  await order(meeting, [[a, b]])
  const [ann, bob] = [await enter(a, meeting, 'ann'), await enter(b, meeting, 'bob')]
  await ann.publish('microphone')
  await rosterOf(bob, has('ann', 1))
  const voice = await bob.receive('ann/microphone')
  await flows(voice)
  await order(meeting, [
    [a, b],
    [a, c],
    [b, c],
  ])
  const cat = await enter(c, meeting, 'cat')
  await rosterOf(cat, has('ann', 1))
  await flows(await cat.receive('ann/microphone'))
  await cat.leave()
  people = [ann, bob]
  await order(meeting, [[a, b]])
  await c.client.deleteSegment(meeting, { epoch: 1, generation, reason: 'replanned' })
  await holdsNothing(c)
  await flows(voice)
  expect(bob.told.filter(({ method }) => method === 'consumerClosed')).toEqual([])
})

test('two nodes that signaling placed on by itself find each other without any operator', async () => {
  const [a, b] = three()
  const meeting = aMeeting(trust)
  const peers = async (from: TestNode, to: TestNode) => ({
    fallback: {
      peers: [{ node: to.node, url: to.url, token: await peerToken(trust, { from: from.node, to: to.node, meeting }) }],
    },
  })
  const [ann, bob] = await Promise.all([enter(a, meeting, 'ann', await peers(a, b)), enter(b, meeting, 'bob', await peers(b, a))])
  expect(await a.client.getSegment(meeting)).toMatchObject({ fallback: true, epoch: 0, generation: 0 })
  await Promise.all([rosterOf(ann, has('bob', 0)), rosterOf(bob, has('ann', 0))])
  await ann.publish('microphone')
  await rosterOf(bob, has('ann', 1))
  const voice = await bob.receive('ann/microphone')
  await flows(voice)
  await order(meeting, [[a, b]])
  expect(await a.client.getSegment(meeting)).toMatchObject({ fallback: false, generation })
  expect((await a.client.dump()).workers).toMatchObject([{ pipeTransports: 1 }])
  await flows(voice)
})

test('who joins again on another node takes the place of the older attachment everywhere', async () => {
  const [a, b] = three()
  const meeting = aMeeting(trust)
  await order(meeting, [[a, b]])
  const [old, bob] = [await enter(a, meeting, 'ann'), await enter(b, meeting, 'bob')]
  await rosterOf(bob, has('ann', 0))
  await expect(enter(b, meeting, 'ann')).rejects.toMatchObject({ code: 'identity_in_use' })
  old.connection.close()
  await rosterOf(bob, (all) => all.some(({ participant, connected }) => participant === 'ann' && !connected))
  people = [bob]
  await enter(b, meeting, 'ann')
  await waitFor(
    async () => ((await a.client.getSegment(meeting))?.participants.length === 0 ? true : missing('the old attachment gone')),
    { timeoutMs: 30_000 },
  )
  expect([...bob.roster().values()].filter(({ participant }) => participant === 'ann')).toHaveLength(1)
})

test('a worker dies with its own meetings only; the others and the agent stay', async () => {
  const [a, b] = three()
  const two = await startTestNode(trust, { node: 'two', workers: 2 })
  const [lost, kept] = [aMeeting(trust), aMeeting(trust)]
  const ann = await enter(two, lost, 'ann')
  const bob = await enter(two, kept, 'bob')
  await bob.publish('camera')
  const workerOf = async (meeting: MeetingRef) => (await two.client.getSegment(meeting))?.worker ?? -1
  expect(await workerOf(lost)).not.toBe(await workerOf(kept))
  const pid = two.pool.workers.find(({ index }) => index === 0)?.pid ?? 0
  expect(await workerOf(lost)).toBe(0)
  process.kill(pid, 'SIGABRT')
  await waitFor(() => (ann.told.some(({ method }) => method === 'closed') ? true : missing('closed')), { timeoutMs: 30_000 })
  expect(ann.told.at(-1)).toEqual({ method: 'closed', data: { reason: 'worker_died' } })
  expect(await two.client.getSegment(lost)).toBeUndefined()
  await flows(await bob.receive('bob/camera'))
  await waitFor(() => (two.pool.whole ? true : missing('the worker back')), { timeoutMs: 30_000 })
  await enter(two, lost, 'ann')
  await Promise.all(people.map((each) => each.leave().catch(() => undefined)))
  people = []
  await two.stop()
  expect([a.pool.deaths, b.pool.deaths]).toEqual([0, 0])
})
