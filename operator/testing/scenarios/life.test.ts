import { expect, test } from 'vitest'

import type { MediaNodePool } from '../../../crds/index.ts'
import { kinds } from '../../kube/kinds.ts'
import { anInstallation, hosted, placedIn } from '../processes/installation.ts'
import { namespace } from '../world/simulation.ts'

test('a segment that everybody left goes after 20 s, the meeting when it stood empty for its timeout', async () => {
  const simulation = await anInstallation()
  const ann = placedIn(await simulation.join('standup', 'ann', { region: 'eu-west' }))
  const bob = placedIn(await simulation.join('standup', 'bob', { region: 'us-east' }))
  await simulation.pass(2_000)
  simulation.leave(bob.attachment)
  await simulation.pass(15_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann)', 'us-1: standup ()'])
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual(['eu-1: standup (ann)'])
  expect(simulation.nodes.get('eu-1')?.segments()).toMatchObject([{ peers: [] }])

  simulation.leave(ann.attachment)
  await simulation.pass(60_000)
  const why = 'everybody has left; it goes on until it has stood empty for 300 s (spec.emptyTimeoutSeconds)'
  expect(simulation.meetingObject('standup')?.status).toMatchObject({ phase: 'Empty', nodes: 'eu-1', participants: '0', why })
  const { resourceVersion } = simulation.meetingObject('standup')?.metadata ?? {}
  await simulation.pass(200_000)
  expect(simulation.meetingObject('standup')?.metadata.resourceVersion).toBe(resourceVersion)
  await simulation.pass(300_000)
  expect(simulation.meetingObject('standup')?.status).toMatchObject({ phase: 'Ended', nodes: '', segments: [] })
  expect(hosted(simulation)).toEqual([])
  expect(await simulation.place('standup', 'ann')).toEqual({
    ...{ result: 'refused', code: 'meeting_ended' },
    reason: 'demo/standup has ended: everybody had left for 300 s',
  })
})

test('spec.ended and the deletion of the object end the meeting for everybody', async () => {
  const simulation = await anInstallation()
  simulation.meeting('retro')
  await simulation.pass(500)
  await simulation.join('standup', 'ann')
  await simulation.join('retro', 'bob')
  await simulation.pass(2_000)
  const object = simulation.meetingObject('standup')
  simulation.cluster.put(kinds.Meeting, {
    ...object,
    metadata: { ...object?.metadata, generation: 2 },
    spec: { ...object?.spec, ended: true },
  })
  simulation.cluster.remove(kinds.Meeting, { namespace, name: 'retro' })
  await simulation.pass(2_000)
  expect(hosted(simulation)).toEqual([])
  expect(simulation.meetingObject('standup')?.status).toMatchObject({
    phase: 'Ended',
    why: 'ended by spec.ended',
    observedGeneration: 2,
  })
})

test('a meeting that is made again under its name is another one, and never mixes with the first', async () => {
  const simulation = await anInstallation()
  const first = placedIn(await simulation.join('standup', 'ann'))
  await simulation.pass(2_000)
  simulation.cut.add('eu-1')
  simulation.cluster.remove(kinds.Meeting, { namespace, name: 'standup' })
  simulation.meeting('standup')
  await simulation.pass(1_000)
  const second = placedIn(await simulation.join('standup', 'bob', { excludeNodes: ['eu-1'] }))
  expect(second.meeting.incarnation > first.meeting.incarnation).toBe(true)
  await simulation.pass(5_000)
  simulation.cut.delete('eu-1')
  await simulation.pass(10_000)
  expect(hosted(simulation)).toEqual([`${second.node}: standup (bob)`])
})

test('an ended meeting is deleted after its ttl, an unended one never', async () => {
  const simulation = await anInstallation()
  simulation.meeting('short', { emptyTimeoutSeconds: 0, ttlSecondsAfterEnded: 60 })
  await simulation.pass(500)
  const ann = placedIn(await simulation.join('short', 'ann'))
  await simulation.pass(2_000)
  simulation.leave(ann.attachment)
  await simulation.pass(30_000)
  expect(simulation.meetingObject('short')?.status?.phase).toBe('Ended')
  await simulation.pass(40_000)
  expect(simulation.meetingObject('short')).toBeUndefined()
  expect(simulation.meetingObject('standup')?.status?.phase).toBe('Waiting')
})

test('a join makes a meeting where the pool allows it; it gets an object after 30 s, and the object goes with it', async () => {
  const simulation = await anInstallation()
  const ann = placedIn(await simulation.join('chat', 'ann'))
  await simulation.pass(20_000)
  expect(simulation.meetingObject('chat')).toBeUndefined()
  await simulation.pass(20_000)
  expect(simulation.meetingObject('chat')?.status).toMatchObject({ phase: 'Active', incarnation: ann.meeting.incarnation })
  simulation.leave(ann.attachment)
  await simulation.pass(310_000)
  expect(simulation.meetingObject('chat')).toBeUndefined()
  expect(hosted(simulation)).toEqual([])
  const again = placedIn(await simulation.join('chat', 'ann'))
  expect(again.meeting.incarnation > ann.meeting.incarnation).toBe(true)
})

test('pools make as many meetings as they may, and say so when it is one too many', async () => {
  const simulation = await anInstallation()
  simulation.pool('eu', { adHocMeetings: { enabled: true, max: 1 } })
  simulation.pool('us', { adHocMeetings: { enabled: false, max: 1_000 } })
  await simulation.pass(500)
  placedIn(await simulation.join('first', 'ann'))
  expect(await simulation.place('second', 'bob')).toMatchObject({ result: 'refused', code: 'ad_hoc_limit' })
  placedIn(await simulation.join('first', 'bob'))
  simulation.pool('eu', { adHocMeetings: { enabled: false, max: 1 } })
  await simulation.pass(500)
  expect(await simulation.place('third', 'bob')).toMatchObject({ result: 'refused', code: 'meeting_unknown' })
})

test('of a hundred who join at once, no more get in than there are places', async () => {
  const simulation = await anInstallation()
  simulation.meeting('small', { capacity: { maxParticipants: 7 } })
  await simulation.pass(500)
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => simulation.join('small', `p${index}`)))
  expect(answers.filter(({ result }) => result === 'placed')).toHaveLength(7)
  expect(answers.at(-1)).toMatchObject({
    result: 'refused',
    code: 'meeting_full',
    reason: 'all 7 places of demo/small are taken',
  })
  await simulation.pass(1_000)
  simulation.leave(placedIn(answers[0] ?? answers[1] ?? (await simulation.place('small', 'x'))).attachment)
  await simulation.pass(1_000)
  expect(await simulation.place('small', 'late')).toMatchObject({ result: 'placed' })
})

test('a grant that nobody uses frees its seat', async () => {
  const simulation = await anInstallation()
  simulation.meeting('pair', { capacity: { maxParticipants: 1 } })
  await simulation.pass(500)
  placedIn(await simulation.place('pair', 'ann'))
  expect(await simulation.place('pair', 'bob')).toMatchObject({ code: 'meeting_full' })
  await simulation.pass(80_000)
  expect(await simulation.place('pair', 'bob')).toMatchObject({ result: 'placed' })
})

test('a locked meeting lets nobody new in, but those who were in come back', async () => {
  const simulation = await anInstallation()
  const ann = placedIn(await simulation.join('standup', 'ann'))
  await simulation.pass(1_000)
  const object = simulation.meetingObject('standup')
  simulation.cluster.put(kinds.Meeting, { ...object, spec: { ...object?.spec, access: { locked: true } } })
  await simulation.pass(1_000)
  simulation.leave(ann.attachment)
  await simulation.pass(1_000)
  expect(await simulation.place('standup', 'bob')).toMatchObject({ result: 'refused', code: 'meeting_locked' })
  expect(await simulation.place('standup', 'ann')).toMatchObject({ result: 'placed' })
})

test('objects of ad hoc meetings wait for their turn like all writes, however many they are', async () => {
  const simulation = await anInstallation()
  let placed = 0
  for (let round = 0; round < 4; round++) {
    const rooms = Array.from({ length: 100 }, (_, index) => `room-${round}-${index}`)
    const answers = await Promise.all(rooms.map((room) => simulation.join(room, 'ann')))
    placed += answers.filter(({ result }) => result === 'placed').length
    await simulation.pass(1_000)
  }
  expect(placed).toBeGreaterThan(100)
  const perSecond: number[] = []
  for (let second = 0; second < 90; second++) {
    const before = simulation.cluster.written.length
    await simulation.pass(1_000)
    perSecond.push(simulation.cluster.written.length - before)
  }
  expect(Math.max(...perSecond)).toBeLessThanOrEqual(121) // The burst, a second's rate, and the Lease.
  expect(simulation.cluster.objects(kinds.Meeting)).toHaveLength(placed + 1)
})

test('what people call a meeting that a join makes is its title, before it has an object and after', async () => {
  const simulation = await anInstallation()
  const more = { title: 'Stand Up 🦜' }
  expect(await simulation.join('stand-up-1234', 'ann', more)).toMatchObject({ result: 'placed', title: 'Stand Up 🦜' })
  expect(await simulation.join('stand-up-1234', 'bob', { title: 'another' })).toMatchObject({ title: 'Stand Up 🦜' })
  await simulation.pass(40_000)
  expect(simulation.meetingObject('stand-up-1234')?.spec.title).toBe('Stand Up 🦜')
  expect(await simulation.place('standup', 'ann', more)).not.toHaveProperty('title')
})

test('an object that the API server refuses is a condition of its pool, and no failed join; once it is taken the pool is well', async () => {
  const simulation = await anInstallation()
  simulation.cluster.admission = (kind) => (kind.kind === 'Meeting' ? 'exceeded quota: meetings' : undefined)
  placedIn(await simulation.join('chat', 'ann', { region: 'eu-west' }))
  await simulation.pass(60_000)
  const ready = () =>
    simulation.cluster.object<MediaNodePool>(kinds.MediaNodePool, 'eu')?.status?.conditions?.find(({ type }) => type === 'Ready')
  expect(ready()).toMatchObject({ status: 'False', reason: 'CreateRefused' })
  expect(ready()?.message).toContain('exceeded quota: meetings')
  placedIn(await simulation.join('chat', 'bob', { region: 'eu-west' }))
  expect(hosted(simulation)).toEqual([expect.stringMatching(/chat \(ann bob\)/) as string])
  simulation.cluster.admission = () => undefined
  await simulation.pass(120_000)
  expect(simulation.meetingObject('chat')?.status?.phase).toBe('Active')
  expect(ready()).toMatchObject({ status: 'True' })
})

test('of a hundred meetings that would be made at once no more are than the pool may, and one that ends makes room', async () => {
  const simulation = await anInstallation()
  simulation.pool('eu', { adHocMeetings: { enabled: true, max: 7 } })
  simulation.pool('us', { adHocMeetings: { enabled: false, max: 0 } })
  await simulation.pass(500)
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => simulation.join(`m${index}`, 'ann')))
  const placed = answers.filter((answer) => answer.result === 'placed')
  expect(placed).toHaveLength(7)
  await simulation.pass(5_000)
  simulation.leave(placed[0]?.attachment ?? '')
  expect(await simulation.place('late', 'ann')).toMatchObject({ code: 'ad_hoc_limit' })
  await simulation.pass(320_000)
  expect(await simulation.place('late', 'ann')).toMatchObject({ result: 'placed' })
})
