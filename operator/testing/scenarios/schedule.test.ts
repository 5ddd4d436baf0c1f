import { expect, test } from 'vitest'

import { kubeTime } from '../../../kit/kubeTime.ts'
import { kinds } from '../../kube/kinds.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import type { Simulation } from '../world/simulation.ts'

const minuteMs = 60_000
const statusOf = (simulation: Simulation, name: string) => simulation.meetingObject(name)?.status
const readyOf = (simulation: Simulation, name: string) =>
  statusOf(simulation, name)?.conditions?.find(({ type }) => type === 'Ready')

/** A meeting that begins and ends so many minutes from now. */
function schedule(simulation: Simulation, minutes: { start?: number; end?: number; before?: number }) {
  const at = (minute: number): string => kubeTime(simulation.clock.nowMs() + minute * minuteMs)
  const { start, end, before = 15 } = minutes
  return {
    ...(start === undefined ? {} : { startTime: at(start) }),
    ...(end === undefined ? {} : { endTime: at(end) }),
    openBeforeSeconds: before * 60,
  }
}

test('nobody is let in before the door opens; then the meeting waits for people, without anybody asking', async () => {
  const simulation = await anInstallation()
  simulation.meeting('board', { schedule: schedule(simulation, { start: 60, end: 120 }) })
  await simulation.pass(2_000)
  const opens = kubeTime(Date.parse(simulation.meetingObject('board')?.spec.schedule.startTime ?? '') - 15 * minuteMs)
  expect(statusOf(simulation, 'board')).toMatchObject({ phase: 'Scheduled', why: `its door opens at ${opens}` })
  expect(readyOf(simulation, 'board')).toMatchObject({ status: 'False', reason: 'Scheduled' })
  expect(await simulation.place('board', 'ann')).toEqual({
    result: 'refused',
    code: 'meeting_not_started',
    reason: `demo/board has not started: its door opens at ${opens}`,
  })
  await simulation.pass(44 * minuteMs)
  expect(statusOf(simulation, 'board')?.phase).toBe('Scheduled')
  await simulation.pass(minuteMs)
  expect(statusOf(simulation, 'board')).toMatchObject({ phase: 'Waiting', why: 'nobody has joined yet' })
  expect(readyOf(simulation, 'board')).toMatchObject({ status: 'True', reason: 'Waiting' })
  expect(await simulation.place('board', 'ann')).toMatchObject({ result: 'placed' })
})

test('a meeting that empties before it begins waits for its beginning', async () => {
  const simulation = await anInstallation()
  simulation.meeting('board', { schedule: schedule(simulation, { start: 15, end: 60 }), emptyTimeoutSeconds: 60 })
  await simulation.pass(1_000)
  const ann = placedIn(await simulation.join('board', 'ann'))
  await simulation.pass(2_000)
  simulation.leave(ann.attachment)
  await simulation.pass(14 * minuteMs)
  expect(statusOf(simulation, 'board')?.phase).toBe('Empty')
  await simulation.pass(3 * minuteMs)
  expect(statusOf(simulation, 'board')).toMatchObject({ phase: 'Ended', why: 'everybody had left for 60 s' })
})

test('after its end a meeting with people goes on and takes new ones; with the last of them it ends at once', async () => {
  const simulation = await anInstallation()
  simulation.meeting('board', { schedule: schedule(simulation, { end: 10 }) })
  await simulation.pass(1_000)
  const ann = placedIn(await simulation.join('board', 'ann'))
  await simulation.pass(20 * minuteMs)
  const bob = placedIn(await simulation.join('board', 'bob'))
  await simulation.pass(minuteMs)
  expect(statusOf(simulation, 'board')?.phase).toBe('Active')
  simulation.leave(ann.attachment)
  simulation.leave(bob.attachment)
  await simulation.pass(3_000)
  expect(statusOf(simulation, 'board')).toMatchObject({ phase: 'Ended' })
  expect(statusOf(simulation, 'board')?.why).toMatch(/^nobody was in it when its time was over \(spec.schedule.endTime 20/)
  expect(hosted(simulation)).toEqual([])
})

test('one that nobody ever joined ends when its time is over, also where that was before it was made, and a new leader knows it', async () => {
  const simulation = await anInstallation()
  simulation.meeting('board', { schedule: schedule(simulation, { start: -60, end: -30 }) })
  simulation.meeting('later', { schedule: schedule(simulation, { start: 1, end: 2 }) })
  await simulation.pass(2_000)
  expect(statusOf(simulation, 'board')?.phase).toBe('Ended')
  expect(statusOf(simulation, 'later')?.phase).toBe('Waiting')
  await simulation.pass(2 * minuteMs)
  expect(statusOf(simulation, 'later')?.phase).toBe('Ended')
  await simulation.operators.get('one')?.stop()
  simulation.operator('two')
  await simulation.pass(20_000)
  expect(await simulation.place('later', 'ann')).toMatchObject({ result: 'refused', code: 'meeting_ended' })
  expect(statusOf(simulation, 'later')?.phase).toBe('Ended')
})

test('a beginning that is moved closes the door to new people, and lets those who are in come back', async () => {
  const simulation = await anInstallation()
  simulation.meeting('board')
  await simulation.pass(1_000)
  const ann = placedIn(await simulation.join('board', 'ann'))
  await simulation.pass(2_000)
  const object = simulation.meetingObject('board')
  const moved = { ...object, spec: { ...object?.spec, schedule: schedule(simulation, { start: 60 }) } }
  simulation.cluster.put(kinds.Meeting, moved)
  await simulation.pass(2_000)
  expect(statusOf(simulation, 'board')?.phase).toBe('Active')
  expect(await simulation.place('board', 'bob')).toMatchObject({ code: 'meeting_not_started' })
  simulation.leave(ann.attachment)
  await simulation.pass(2_000)
  expect(await simulation.place('board', 'ann')).toMatchObject({ result: 'placed' })
})
