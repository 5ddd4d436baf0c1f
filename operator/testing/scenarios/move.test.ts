import { expect, test } from 'vitest'

import type { MoveAnswer, MoveRequest } from '../../api/move.ts'
import { personOf } from '../../ledger/people/moves.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import { namespace, type Simulation } from '../world/simulation.ts'

/** Ann and Bob on eu-1, Cid on us-1; and Ann's attachment. */
async function aMeeting(): Promise<{ simulation: Simulation; attachment: string }> {
  const simulation = await anInstallation()
  const ann = placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  placedIn(await simulation.join('standup', 'bob', { region: 'eu-west' }))
  placedIn(await simulation.join('standup', 'cid', { region: 'us-east' }))
  await simulation.pass(3_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann bob)', 'us-1: standup (cid)'])
  return { simulation, attachment: ann.attachment }
}

function move(simulation: Simulation, request: MoveRequest, participant = 'ann'): Promise<MoveAnswer> {
  const mover = simulation.leader()?.mover
  if (mover === undefined) throw new Error('nobody leads')
  return mover.move({ namespace, name: 'standup' }, participant, request)
}

test('one participant is moved where was asked, nobody else is touched, and the reason is told', async () => {
  const { simulation, attachment } = await aMeeting()
  const answer = await move(simulation, { attachment, node: 'us-1', reason: 'nearer to her' })
  expect(answer).toEqual({
    ...{ result: 'ordered', attachment, from: 'eu-1', node: 'us-1', region: 'us-east' },
    reason: expect.stringMatching(/^nearer to her; asked for, hosts the meeting in us-east \(load 0\.\d\d\)$/) as string,
  })
  await simulation.pass(3_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann bob)', 'us-1: standup (cid ann)'])
  await simulation.pass(5_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (bob)', 'us-1: standup (cid ann)'])
  const [latest] = simulation.leader()?.world.ledger.meetings.get(`${namespace}/standup`)?.recent ?? []
  expect(latest).toMatchObject({ participant: 'ann', node: 'us-1' })
  expect(latest?.reason).toMatch(/^moved from eu-1: nearer to her; hosts the meeting in us-east/)
})

test('who was moved from a node is kept from it for a minute, and told so; the others read nothing of them', async () => {
  const { simulation, attachment } = await aMeeting()
  await move(simulation, { attachment, node: 'eu-2', reason: 'she asked for it' })
  await simulation.pass(8_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (bob)', 'eu-2: standup (ann)', 'us-1: standup (cid)'])
  const entry = simulation.leader()?.world.ledger.meetings.get(`${namespace}/standup`)
  expect(entry?.segments.get('eu-2')?.why).toMatch(/^somebody was moved there \(load 0\.\d\d\)$/)
  simulation.nodes.get('eu-2')?.cpu.splice(0, 1, 0.7)
  await simulation.pass(3_000)
  const back = async () => (await simulation.place('standup', 'ann', { region: 'eu-west' })).reason
  expect(await back()).toMatch(/^hosts the meeting in eu-west \(load 0\.7\d\); not on eu-1, from which they were moved lately$/)
  expect((await simulation.place('standup', 'bob', { region: 'eu-west' })).reason).toMatch(
    /^hosts the meeting in eu-west \(load 0\.\d\d\)$/,
  )
  await simulation.pass(60_000)
  expect(await back()).toMatch(/^hosts the meeting in eu-west \(load 0\.\d\d\)$/)
})

test('without a target they go where a join would, but for where they are', async () => {
  const { simulation, attachment } = await aMeeting()
  const answer = await move(simulation, { attachment, excludeNodes: ['us-1'], reason: 'rebalance' })
  expect(answer).toMatchObject({ result: 'ordered', node: 'eu-2', region: 'eu-west' })
  await simulation.pass(8_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (bob)', 'eu-2: standup (ann)', 'us-1: standup (cid)'])
})

test('a target that takes nobody is refused with its reason, and nobody is told', async () => {
  const { simulation, attachment } = await aMeeting()
  simulation.drain('us-1', { deadlineSeconds: 600, reason: 'kernel upgrade' })
  await simulation.pass(100)
  expect(await move(simulation, { attachment, node: 'us-1', reason: 'nearer' })).toMatchObject({
    ...{ result: 'tryAfter', code: 'node_refuses' },
    reason: 'us-1: draining: asked for by spec.drain: kernel upgrade',
  })
  expect(await move(simulation, { attachment, node: 'eu-1', reason: 'nearer' })).toMatchObject({
    ...{ result: 'refused', code: 'already_there', reason: 'ann is on eu-1' },
  })
  expect(await move(simulation, { attachment, node: 'xx-1', reason: 'nearer' })).toMatchObject({
    ...{ result: 'refused', code: 'node_unknown', reason: 'there is no media node xx-1' },
  })
  expect(hosted(simulation)).toContain('eu-1: standup (ann bob)')
})

test('the same order again gets the same answer, though they have left where they were', async () => {
  const { simulation, attachment } = await aMeeting()
  const answer = await move(simulation, { attachment, reason: 'nearer' })
  expect(answer).toMatchObject({ result: 'ordered', from: 'eu-1' })
  await simulation.pass(8_000)
  expect(simulation.leader()?.world.ledger.meetings.get(`${namespace}/standup`)?.people.stay('ann', attachment)).toBeUndefined()
  expect(await move(simulation, { attachment, reason: 'again' })).toEqual(answer)
})

test('an attachment that is not known is named, and so is a meeting', async () => {
  const { simulation } = await aMeeting()
  const attachment = simulation.mintUlid()
  await expect(move(simulation, { attachment, reason: 'nearer' })).rejects.toMatchObject({
    ...{ code: 'attachment_unknown', status: 404, field: 'body.attachment' },
  })
  await expect(
    simulation.leader()?.mover.move({ namespace, name: 'nothing' }, 'ann', { attachment, reason: 'nearer' }),
  ).rejects.toMatchObject({ code: 'meeting_unknown' })
})

test('somebody who holds a grant and is not attached is asked for again later', async () => {
  const { simulation } = await aMeeting()
  const { attachment } = placedIn(await simulation.place('standup', 'dan', { region: 'eu-west' }))
  expect(await move(simulation, { attachment, reason: 'nearer' }, 'dan')).toMatchObject({ code: 'not_attached' })
})

test('a second order while one is under way answers the same, whatever it says', async () => {
  const { simulation, attachment } = await aMeeting()
  const [first, second] = await Promise.all([
    move(simulation, { attachment, node: 'us-1', reason: 'nearer' }),
    move(simulation, { attachment, node: 'us-2', reason: 'further' }),
  ])
  expect(first).toMatchObject({ result: 'ordered', node: 'us-1' })
  expect(second).toEqual(first)
})

test('a node that does not take the order leaves everything as it was', async () => {
  const { simulation, attachment } = await aMeeting()
  simulation.faults.agentCall = () => 'lostRequest'
  expect(await move(simulation, { attachment, node: 'us-1', reason: 'nearer' })).toMatchObject({
    ...{ result: 'tryAfter', code: 'node_unreachable' },
  })
  expect(simulation.leader()?.world.ledger.moves.size).toBe(0)
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann bob)', 'us-1: standup (cid)'])
})

test('a target that takes nobody any more when they come is passed over, and the reason says so', async () => {
  const { simulation, attachment } = await aMeeting()
  const ledger = simulation.leader()?.world.ledger
  const person = personOf({ namespace, name: 'standup' }, 'ann')
  const wish = { attachment, from: 'eu-1', to: 'us-1', reason: 'nearer', reservation: -1 }
  ledger?.moves.begin(person, wish, simulation.clock.monotonicMs())
  simulation.drain('us-1', { deadlineSeconds: 600 })
  await simulation.pass(100)
  const back = await simulation.place('standup', 'ann', { replaces: attachment, excludeNodes: ['eu-1'], region: 'eu-west' })
  expect(back).toMatchObject({ node: 'eu-2' })
  expect(back.reason).toMatch(/^moved from eu-1: nearer; meant for us-1, which does not take them now; least loaded/)
})
