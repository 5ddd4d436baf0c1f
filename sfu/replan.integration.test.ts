import { afterAll, beforeAll, expect, test } from 'vitest'

import { systemClock } from '../kit/clock.ts'
import { missing, waitFor } from '../kit/wait.ts'
import type { MeetingRef } from './api/identity.ts'
import { edgesUp, flows, rosterOf } from './testing/expectations.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { join, type TestParticipant } from './testing/participant.ts'
import { tapRtp, type RtpTap } from './media/rtpTap.ts'
import { aMeeting, claimsFor, makeTrust, orderFor, type Trust } from './testing/trust.ts'

let trust: Trust
let tap: RtpTap
let nodes: TestNode[]

beforeAll(async () => {
  tap = tapRtp()
  trust = await makeTrust()
  nodes = await Promise.all(['a', 'b', 'c', 'd'].map((node) => startTestNode(trust, { node })))
})
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()))
  tap.stop()
})

type Pair = readonly [string, string]

/** Orders a meeting; `leaving` are the edges that the next order takes away. */
async function order(
  meeting: MeetingRef,
  plan: { generation: number; links: readonly Pair[]; leaves: readonly string[]; leaving: readonly Pair[] },
): Promise<void> {
  const { generation, links, leaves, leaving } = plan
  const placed = (node: TestNode) => ({ ...node, role: leaves.includes(node.node) ? ('leaf' as const) : ('core' as const) })
  const has = (pairs: readonly Pair[], one: string, other: string): boolean =>
    pairs.some((pair) => pair.includes(one) && pair.includes(other))
  await Promise.all(
    nodes.map(async (node) => {
      const others = nodes.filter((other) => other !== node)
      const peers = [
        ...others.filter((other) => has(links, node.node, other.node)).map(placed),
        ...others.filter((other) => has(leaving, node.node, other.node)).map((other) => ({ ...placed(other), leaving: true })),
      ]
      await node.client.putSegment(meeting, await orderFor(trust, { meeting, node: placed(node), peers, generation }))
    }),
  )
  await Promise.all(
    nodes.map(({ node }, index) =>
      edgesUp(nodes[index] as TestNode, meeting, [...links, ...leaving].filter((pair) => pair.includes(node)).length),
    ),
  )
}

/** How long a client keeps the old consumer once the new one plays; as signaling's client does. */
const overlapMs = 600

/** Somebody who receives one track and follows where it moves. */
class Listener {
  readonly consumerIds: string[] = []
  readonly #person: TestParticipant
  readonly #trackId: string
  #heard = 0

  constructor(person: TestParticipant, trackId: string) {
    this.#person = person
    this.#trackId = trackId
  }

  async begin(): Promise<void> {
    const received = await this.#person.receive(this.#trackId)
    this.consumerIds.push(received.consumerId)
    await flows(received)
  }

  async follow(): Promise<void> {
    const news = this.#person.told.slice(this.#heard)
    this.#heard += news.length
    for (const { method, data } of news) {
      if (method !== 'consumerMoved' || data.consumerId !== this.consumerIds.at(-1)) continue
      const { consumerId } = await this.#person.receive(this.#trackId)
      this.consumerIds.push(consumerId)
      await waitFor(() => (tap.receivedBy(consumerId).size > 0 ? true : missing('the first packet')), { timeoutMs: 30_000 })
      await systemClock.sleep(overlapMs)
      await this.#person.session.request('closeConsumer', { consumerId: data.consumerId })
    }
  }

  /** What its author sent between two moments and no consumer of it carried. */
  missed(sent: readonly number[]): readonly number[] {
    return sent.filter((timestamp) => !this.consumerIds.some((id) => tap.receivedBy(id).has(timestamp)))
  }
}

/** Of a replan that takes 5 s and more: a busy machine sends far fewer than the 250 voices and 75 pictures of that time. */
const enoughPackets = 20

const mesh: readonly Pair[] = [
  ['a', 'b'],
  ['a', 'c'],
  ['a', 'd'],
  ['b', 'c'],
  ['b', 'd'],
  ['c', 'd'],
]
const star = mesh.filter((pair) => pair.includes('a'))
const rest = mesh.filter((pair) => !pair.includes('a'))

test('a mesh of four becomes a core with leaves, and no packet of anybody is missed by anybody', async () => {
  const meeting = aMeeting(trust)
  await order(meeting, { generation: 1, links: mesh, leaves: [], leaving: [] })
  const people = await Promise.all(
    nodes.map((node) => join(trust, { node, claims: claimsFor(trust, { meeting, participant: `p${node.node}` }) })),
  )
  const voices = await Promise.all(people.map((person) => person.publish('microphone')))
  const picture = await (people[1] as TestParticipant).publish('camera')
  const published = [...voices, picture]
  await Promise.all(people.map((person) => rosterOf(person, (all) => all.reduce((sum, { tracks }) => sum + tracks, 0) === 5)))
  const listening = people.flatMap((person) =>
    published
      .filter(({ trackId }) => !trackId.startsWith(`${person.claims.sub}/`))
      .map((track) => ({ track, listener: new Listener(person, track.trackId) })),
  )
  for (const { listener } of listening) await listener.begin()
  const before = new Map(published.map(({ producerId }) => [producerId, tap.sentBy(producerId).length]))

  const replanned = new AbortController()
  const following = listening.map(async ({ listener }) => {
    while (!replanned.signal.aborted) {
      await listener.follow()
      await systemClock.sleep(20)
    }
  })
  const leaves = ['b', 'c', 'd']
  await order(meeting, { generation: 2, links: star, leaves, leaving: rest })
  await waitFor(
    async () => {
      const reports = await Promise.all(nodes.map((node) => node.client.getSegment(meeting)))
      const leaving = reports.flatMap((report) => report?.peers.flatMap((peer) => peer.leaving ?? []) ?? [])
      return leaving.length === 6 && leaving.every((each) => each === 'spare')
        ? true
        : missing(`six spare edges: ${leaving.join()}`)
    },
    { timeoutMs: 30_000 },
  )
  await order(meeting, { generation: 3, links: star, leaves, leaving: [] })
  const sentUntil = new Map(published.map(({ producerId }) => [producerId, tap.sentBy(producerId).length]))
  await Promise.all(listening.map(({ listener }) => flowsOn(listener)))
  replanned.abort()
  await Promise.all(following)

  const missed = listening.map(({ track: { trackId, producerId }, listener }) => {
    const sent = tap.sentBy(producerId).slice(before.get(producerId), sentUntil.get(producerId))
    return { trackId, enough: sent.length > enoughPackets, missed: listener.missed(sent) }
  })
  expect(missed).toEqual(missed.map(({ trackId }) => ({ trackId, enough: true, missed: [] })))
  const dumps = await Promise.all(nodes.map(({ client }) => client.dump()))
  expect(dumps.map(({ workers }) => workers.map(({ pipeTransports }) => pipeTransports))).toEqual([[3], [1], [1], [1]])
  const moved = listening.filter(({ listener }) => listener.consumerIds.length > 1)
  expect(moved.map(({ track: { trackId } }) => trackId).toSorted()).toEqual([
    'pb/camera',
    'pb/camera',
    'pb/microphone',
    'pb/microphone',
    'pc/microphone',
    'pc/microphone',
    'pd/microphone',
    'pd/microphone',
  ])
  expect(people.flatMap(({ told }) => told.filter(({ method }) => method === 'consumerClosed'))).toEqual([])
  await Promise.all(people.map((person) => person.leave()))
})

/** Resolves when more comes by the listener's last consumer than came until now. */
async function flowsOn(listener: Listener): Promise<void> {
  const count = (): number => tap.receivedBy(listener.consumerIds.at(-1) ?? '').size
  const had = count()
  await waitFor(() => (count() > had + 20 ? true : missing(`more than ${count()} packets`)), { timeoutMs: 30_000 })
}

test('who does not follow is told when the old way ends, and gets sound and picture back by asking again', async () => {
  const meeting = aMeeting(trust)
  const [b, c] = [nodes[1] as TestNode, nodes[2] as TestNode]
  await order(meeting, { generation: 1, links: mesh, leaves: [], leaving: [] })
  const enter = (node: TestNode, participant: string) => join(trust, { node, claims: claimsFor(trust, { meeting, participant }) })
  const [bob, cat] = await Promise.all([enter(b, 'bob'), enter(c, 'cat')])
  await bob.publish('microphone')
  await bob.publish('camera')
  await rosterOf(cat, (all) => all.some(({ tracks }) => tracks === 2))
  for (const source of ['microphone', 'camera']) await flows(await cat.receive(`bob/${source}`))
  const leaves = ['b', 'c', 'd']
  await order(meeting, { generation: 2, links: star, leaves, leaving: rest })
  await waitFor(() => (cat.told.some(({ method }) => method === 'consumerMoved') ? true : missing('consumerMoved')), {
    timeoutMs: 30_000,
  })
  await waitFor(
    async () => {
      const peers = (await c.client.getSegment(meeting))?.peers ?? []
      return peers.filter(({ leaving }) => leaving === 'spare').length === 2
        ? true
        : missing(`spare edges: ${JSON.stringify(peers)}`)
    },
    { timeoutMs: 30_000 },
  )
  await order(meeting, { generation: 3, links: star, leaves, leaving: [] })
  await waitFor(
    () => (cat.told.filter(({ method }) => method === 'consumerClosed').length === 2 ? true : missing('two closed consumers')),
    { timeoutMs: 30_000 },
  )
  await systemClock.sleep(1_000)
  for (const source of ['microphone', 'camera']) await flows(await cat.receive(`bob/${source}`))
  await Promise.all([bob.leave(), cat.leave()])
})
