import { afterAll, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import type { DrainOrder } from './api/drain.ts'
import type { LoadLine } from './api/load.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { join } from './testing/participant.ts'
import { aMeeting, claimsFor, fallbackGrantFor, makeTrust, orderBearer, orderFor, type Trust } from './testing/trust.ts'

let trust: Trust
let node: TestNode

beforeAll(async () => {
  trust = await makeTrust()
  node = await startTestNode(trust, { node: 'a' })
})
afterAll(() => node.stop())

const anOrder = (over: Partial<Extract<DrainOrder, { draining: true }>> = {}): DrainOrder => ({
  ...{ epoch: 1, draining: true, reason: 'kernel upgrade', deadlineAtMs: Date.now() + 60_000, stay: [] },
  ...over,
})
const cancel: DrainOrder = { epoch: 1, draining: false }

async function probed(path: '/readyz' | '/drained'): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${node.url}${path}`)
  return { status: answer.status, body: await answer.json() }
}

test('a node that drains moves its people, refuses new ones, stays ready, and takes work again once cancelled', async () => {
  const lines: LoadLine[] = []
  const reading = new AbortController()
  const read = (async () => {
    for await (const line of node.client.loadStream(reading.signal)) lines.push(line)
  })()
  await waitFor(() => lines.length > 0 || missing('the hello'), { timeoutMs: 30_000 })
  const meeting = aMeeting(trust)
  const ann = await join(trust, { node, claims: claimsFor(trust, { meeting, participant: 'ann' }) })
  await ann.publish('microphone')

  expect(await node.client.putDrain(anOrder())).toMatchObject({ drained: false, left: 1, moved: 0 })
  const claims = claimsFor(trust, { meeting, participant: 'bob' })
  const refusal = { code: 'node_draining', retry: 'elsewhere' }
  await expect(join(trust, { node, claims })).rejects.toMatchObject(refusal)
  const byFallback = { ...claimsFor(trust, { meeting, participant: 'cid' }), fallback: { peers: [] } }
  const grant = await fallbackGrantFor(trust, { node: node.node, claims: byFallback })
  await expect(join(trust, { node, claims: byFallback, grant })).rejects.toMatchObject(refusal)
  const other = aMeeting(trust)
  await expect(node.client.putSegment(other, await orderFor(trust, { meeting: other, node, peers: [] }))).rejects.toMatchObject(
    refusal,
  )
  await node.client.putSegment(meeting, await orderFor(trust, { meeting, node, peers: [], generation: 2 }))

  await waitFor(() => ann.told.some(({ method }) => method === 'closed') || missing('a word to Ann'), { timeoutMs: 30_000 })
  expect(ann.told.at(-1)).toEqual({ method: 'closed', data: { reason: 'node_draining' } })
  // Her media stays for a while, so that others do not miss it; the deadline ends it.
  expect((await node.client.dump()).workers[0]).toMatchObject({ producers: 1 })
  expect(await node.client.putDrain(anOrder({ deadlineAtMs: Date.now() }))).toMatchObject({ left: 1, moved: 1 })
  await waitFor(
    () => lines.some((line) => line.type === 'drain' && line.drain.drained) || missing('the word that it is drained'),
    {
      timeoutMs: 30_000,
    },
  )
  const authorization = `Bearer ${await orderBearer(trust, node.node)}`
  const metrics = await (await fetch(`${node.url}/metrics`, { headers: { authorization } })).text()
  for (const line of ['parley_draining 1', 'parley_drain_people_left 0', 'parley_drain_people_told 1'])
    expect(metrics.split('\n')).toContain(line)
  expect(await probed('/readyz')).toEqual({ status: 200, body: { ready: true, missing: [] } })
  expect(await probed('/drained')).toEqual({ status: 200, body: { drained: true, draining: true, left: 0, moved: 1 } })
  expect(await node.client.putDrain(cancel)).toEqual({ drained: false, left: 0, moved: 1 })
  expect(await probed('/drained')).toEqual({ status: 503, body: { drained: false, draining: false } })
  const back = await join(trust, { node, claims: claimsFor(trust, { meeting, participant: 'ann' }) })
  await back.leave()
  reading.abort()
  await read
  await ann.leave().catch(() => undefined)
})

test('one participant is told to move: their media stays a while, others stay, and the same order again changes nothing', async () => {
  const meeting = aMeeting(trust)
  const [ann, bob] = await Promise.all(
    ['ann', 'bob'].map((participant) => join(trust, { node, claims: claimsFor(trust, { meeting, participant }) })),
  )
  if (ann === undefined || bob === undefined) throw new Error('two people are needed')
  await ann.publish('microphone')
  const order = { epoch: 1, meeting, participant: 'ann', attachment: ann.claims.attachment, reason: 'nearer to her' }
  expect(await node.client.postMove(order)).toEqual({ told: true })
  await waitFor(() => ann.told.some(({ method }) => method === 'closed') || missing('a word to Ann'), { timeoutMs: 30_000 })
  expect(ann.told.at(-1)).toEqual({ method: 'closed', data: { reason: 'moved' } })
  expect(await node.client.postMove(order)).toEqual({ told: true })
  expect(bob.told.filter(({ method }) => method === 'closed')).toEqual([])
  const report = await node.client.getSegment(meeting)
  expect(report?.participants.map(({ participant, publishing }) => [participant, publishing]).toSorted()).toEqual([
    ['ann', true],
    ['bob', false],
  ])
  // The node takes others meanwhile: it does not drain.
  const cid = await join(trust, { node, claims: claimsFor(trust, { meeting, participant: 'cid' }) })
  const refusals = [
    { ...order, attachment: trust.mint() },
    { ...order, participant: 'bob' },
    { ...order, meeting: aMeeting(trust) },
  ]
  for (const wrong of refusals) await expect(node.client.postMove(wrong)).rejects.toMatchObject({ code: 'attachment_gone' })
  await node.client.putDrain({ ...cancel, epoch: 2 })
  await expect(node.client.postMove(order)).rejects.toMatchObject({ code: 'stale_order' })
  await expect(node.client.postMove({ ...order, reason: '' })).rejects.toMatchObject({ code: 'invalid', field: 'body.reason' })
  await Promise.all([bob.leave(), cid.leave()])
  await ann.leave().catch(() => undefined)
})

test('an order of an older epoch, and one that makes no sense, change nothing', async () => {
  await node.client.putDrain({ ...cancel, epoch: 7 })
  await expect(node.client.putDrain(anOrder({ epoch: 6 }))).rejects.toMatchObject({ code: 'stale_order' })
  const wrong = [{ deadlineAtMs: -1 }, { reason: '' }, { stay: ['standup'] }, { stay: ['a/b/c'] }, { epoch: 1.5 }]
  for (const over of wrong) {
    const field = `body.${Object.keys(over)[0] ?? ''}`
    await expect(node.client.putDrain(anOrder({ epoch: 7, ...over }))).rejects.toMatchObject({ code: 'invalid' })
    await expect(
      node.client.putDrain(anOrder({ epoch: 7, ...over })).catch((error: { field: string }) => error.field),
    ).resolves.toContain(field)
  }
  expect((await probed('/drained')).body).toMatchObject({ draining: false })
  await node.client.putDrain({ ...cancel, epoch: 7 })
})
