import { expect, test } from 'vitest'

import type { MeetingStatus } from '../../../crds/index.ts'
import { turnedAwayForMs } from '../../ledger/meetings/turnedAway.ts'
import { anInstallation, placedIn } from '../processes/installation.ts'
import type { Simulation } from '../world/simulation.ts'

const at = String.raw`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`
const matching = (text: string): string => expect.stringMatching(new RegExp(`^${text}$`)) as string

function told(simulation: Simulation, meeting: string): Pick<MeetingStatus, 'phase' | 'why'> & { ready: string } {
  const { phase, why, conditions = [] } = simulation.meetingObject(meeting)?.status ?? {}
  const ready = conditions.find(({ type }) => type === 'Ready')
  return {
    ...(phase === undefined ? {} : { phase }),
    ...(why === undefined ? {} : { why }),
    ready: `${ready?.status} ${ready?.reason}`,
  }
}

/** `western`, which only us-1 may host, whose load is `load`. */
async function aMeeting(load: number): Promise<Simulation> {
  const simulation = await anInstallation()
  simulation.meeting('western', { regions: ['us-east'] })
  loadOf(simulation, load)
  await simulation.pass(3_000)
  expect(told(simulation, 'western')).toEqual({ phase: 'Waiting', why: 'nobody has joined yet', ready: 'True Waiting' })
  return simulation
}

const loadOf = (simulation: Simulation, load: number): void => void simulation.nodes.get('us-1')?.cpu.splice(0, 1, load)

test('a meeting that nobody can enter says how many were turned away, since when and why, without a write for each', async () => {
  const simulation = await aMeeting(0.95)
  const before = simulation.cluster.written.length
  for (let index = 0; index < 300; index++) {
    expect(await simulation.place('western', `p${index}`)).toMatchObject({ result: 'tryAfter', code: 'nodes_full' })
    await simulation.pass(100)
  }
  const words = `201-500 tries to join were turned away since ${at}, the last because the only ready media node in us-east has no room`
  expect(told(simulation, 'western')).toEqual({
    ...{ phase: 'Waiting', why: matching(`nobody has joined yet; ${words}`), ready: 'False NoMediaNode' },
  })
  const own = simulation.cluster.written.slice(before).filter((write) => write.includes('western'))
  expect(own.length).toBeGreaterThan(3)
  expect(own.length).toBeLessThanOrEqual(9)
})

test('one try is told as one, and no more once somebody is in', async () => {
  const simulation = await aMeeting(0.95)
  await simulation.place('western', 'ann')
  await simulation.pass(1_000)
  expect(told(simulation, 'western').why).toEqual(
    matching(
      `nobody has joined yet; a try to join was turned away at ${at} because the only ready media node in us-east has no room`,
    ),
  )
  loadOf(simulation, 0)
  await simulation.pass(3_000)
  placedIn(await simulation.join('western', 'ann'))
  await simulation.pass(3_000)
  expect(told(simulation, 'western')).toEqual({
    phase: 'Active',
    why: matching('us-1: least loaded of 1 .*'),
    ready: 'True Placed',
  })
})

test('when nobody tries any more it is told no longer', async () => {
  const simulation = await aMeeting(0.95)
  await simulation.place('western', 'ann')
  loadOf(simulation, 0)
  await simulation.pass(turnedAwayForMs - 1_000)
  expect(told(simulation, 'western').ready).toBe('False NoMediaNode')
  await simulation.pass(2_000)
  expect(told(simulation, 'western')).toEqual({ phase: 'Waiting', why: 'nobody has joined yet', ready: 'True Waiting' })
})

test('who is turned away from a meeting that others are in does not trouble these', async () => {
  const simulation = await aMeeting(0)
  placedIn(await simulation.join('western', 'ann'))
  await simulation.pass(2_000)
  loadOf(simulation, 0.95)
  await simulation.pass(2_000)
  expect(await simulation.place('western', 'bob')).toMatchObject({ code: 'nodes_full' })
  await simulation.pass(2_000)
  expect(told(simulation, 'western')).toMatchObject({ why: matching('us-1: least loaded of 1 .*'), ready: 'True Placed' })
})

test('a locked meeting that nobody is in says that people are at its door; that is no fault of media nodes', async () => {
  const simulation = await anInstallation()
  simulation.meeting('closed', { access: { locked: true } })
  await simulation.pass(1_000)
  for (const who of ['ann', 'bob', 'cid']) expect(await simulation.place('closed', who)).toMatchObject({ code: 'meeting_locked' })
  await simulation.pass(2_000)
  const words = `2-5 tries to join were turned away since ${at}, the last because .*/closed is locked by spec\\.access\\.locked`
  expect(told(simulation, 'closed')).toEqual({
    phase: 'Waiting',
    why: matching(`nobody has joined yet; ${words}`),
    ready: 'True Waiting',
  })
})
