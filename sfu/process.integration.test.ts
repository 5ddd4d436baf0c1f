import { afterAll, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import { edgesUp, flows, rosterOf } from './testing/expectations.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { join, type TestParticipant } from './testing/participant.ts'
import { runSfu, startNodeProcess } from './testing/process.ts'
import { aMeeting, claimsFor, makeTrust, orderFor, type Trust } from './testing/trust.ts'

let trust: Trust
let a: TestNode

beforeAll(async () => {
  trust = await makeTrust()
  a = await startTestNode(trust, { node: 'a' })
})
afterAll(() => a.stop())

/** A node as a process with one person on it, who speaks. */
async function withBob(drainDeadlineMs: number) {
  const b = await startNodeProcess(trust, { node: 'b', drainDeadlineMs })
  const meeting = aMeeting(trust)
  const bob = await join(trust, { node: b, claims: claimsFor(trust, { meeting, participant: 'bob' }) })
  await bob.publish('microphone')
  return { b, bob, meeting }
}
/** Waits until somebody was told why their session ended: a last word may come a moment after the end of the process that said it. */
const closedBy = ({ told }: TestParticipant, reason: string): Promise<true> =>
  waitFor(
    () =>
      told.some((each) => each.method === 'closed' && each.data.reason === reason) ||
      missing(`${reason} in ${JSON.stringify(told)}`),
    { timeoutMs: 30_000 },
  )

test('asked to end, a node moves its people away first, then closes everything and ends with 0', async () => {
  const { b, bob } = await withBob(4_000)
  b.kill('SIGTERM')
  expect(await b.exited).toBe(0)
  await closedBy(bob, 'node_draining')
  expect(b.log.map(({ msg }) => msg)).toEqual(
    expect.arrayContaining(['started', 'session attached', 'drain begins', 'session left', 'stopping']),
  )
  expect(JSON.stringify(b.log)).not.toContain('token')
  await bob.leave().catch(() => undefined)
})

test('a second signal cuts that short: its people are told that it stops', async () => {
  const { b, bob, meeting } = await withBob(60_000)
  const stay = [`${meeting.namespace}/${meeting.name}`]
  const deadlineAtMs = Date.now() + 60_000
  const putDrain = () => b.client.putDrain({ epoch: 1, draining: true, reason: 'nowhere to go', deadlineAtMs, stay })
  await putDrain() // Before the signal: else Bob may be on his way before the order that lets him stay has come.
  b.kill('SIGTERM')
  await waitFor(async () => (await putDrain()).stopsAtMs !== undefined || missing('the first signal'), { timeoutMs: 30_000 })
  await expect(join(trust, { node: b, claims: claimsFor(trust, { meeting, participant: 'eve' }) })).rejects.toMatchObject({
    code: 'node_draining',
    retry: 'elsewhere',
  })
  b.kill('SIGTERM')
  expect(await b.exited).toBe(0)
  await closedBy(bob, 'node_stopping')
  await bob.leave().catch(() => undefined)
})

test('without time to drain it ends at once', async () => {
  const { b, bob } = await withBob(0)
  b.kill('SIGTERM')
  expect(await b.exited).toBe(0)
  await closedBy(bob, 'node_stopping')
  await bob.leave().catch(() => undefined)
})

test('a node that is killed leaves its peers standing: its people are dropped, and it may come back with others', async () => {
  const b = await startNodeProcess(trust, { node: 'b' })
  const meeting = aMeeting(trust)
  const orderOf = async (node: TestNode | typeof b, peer: TestNode | typeof b, generation: number) =>
    node.client.putSegment(meeting, await orderFor(trust, { meeting, node, peers: [peer], generation }))
  await Promise.all([orderOf(a, b, 1), orderOf(b, a, 1)])
  await edgesUp(a, meeting, 1)
  const ann = await join(trust, { node: a, claims: claimsFor(trust, { meeting, participant: 'ann' }) })
  const bob = await join(trust, { node: b, claims: claimsFor(trust, { meeting, participant: 'bob' }) })
  await bob.publish('microphone')
  await rosterOf(ann, (all) => all.some(({ participant, tracks }) => participant === 'bob' && tracks === 1))
  await flows(await ann.receive('bob/microphone'))
  b.kill('SIGKILL')
  await b.exited
  await rosterOf(ann, (all) => all.length === 1)
  await waitFor(() => (ann.told.some(({ method }) => method === 'consumerClosed') ? true : missing('consumerClosed')), {
    timeoutMs: 30_000,
  })
  expect((await a.client.dump()).workers).toMatchObject([{ pipeTransports: 0 }])
  await bob.leave().catch(() => undefined)

  const again = await startNodeProcess(trust, { node: 'b', port: Number(new URL(b.url).port) })
  await orderOf(again, a, 2)
  await edgesUp(a, meeting, 1)
  const bea = await join(trust, { node: again, claims: claimsFor(trust, { meeting, participant: 'bea' }) })
  await bea.publish('microphone')
  await rosterOf(ann, (all) => all.some(({ participant, tracks }) => participant === 'bea' && tracks === 1))
  await flows(await ann.receive('bea/microphone'))
  await Promise.all([ann.leave(), bea.leave()])
  again.kill('SIGTERM')
  expect(await again.exited).toBe(0)
})

test('settings that make no sense are told all at once', async () => {
  const { exited, errors } = runSfu(['--port=nope', '--rtc-port-min=40', '--colour=red'])
  expect(await exited).toBe(2)
  expect(errors()).toContain('4 fault(s)')
  for (const flag of ['--node', '--port', '--trusted-keys', '--colour']) expect(errors()).toContain(flag)
})
