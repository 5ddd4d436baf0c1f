import { expect, test } from 'vitest'

import { silentLog } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { virtualClock } from '../../../kit/virtualClock.ts'
import { createEventRecorder, type Happening } from './events.ts'
import { fakeCluster } from '../fakeApi.ts'
import { kinds } from '../kinds.ts'
import { kubeMetrics } from '../metrics.ts'
import type { KubeObject } from '../objects.ts'
import { createWriteBucket } from './writeBucket.ts'

function aRecorder() {
  const clock = virtualClock(Date.UTC(2026, 0, 1))
  const cluster = fakeCluster(clock)
  let seed = 0
  const bucket = createWriteBucket({
    clock,
    log: silentLog,
    metrics: createMetrics(kubeMetrics),
    signal: new AbortController().signal,
  })
  const recorder = createEventRecorder({
    api: cluster.port(),
    bucket,
    component: 'parley-operator',
    instance: 'operator-0',
    clock,
    random: () => (seed += 0.001),
    log: silentLog,
  })
  return {
    clock,
    cluster,
    record: (happening: Happening, object = meeting('standup')) => recorder.record(object, happening),
    events: () => cluster.objects(kinds.Event),
  }
}
function meeting(name: string): KubeObject {
  return {
    apiVersion: 'parley.media/v1alpha1',
    kind: 'Meeting',
    metadata: { name, namespace: 'team', uid: `uid-${name}`, resourceVersion: '7' },
  }
}
const placed: Happening = { type: 'Normal', reason: 'Placed', message: 'placed on eu-1: least loaded of 3' }

test('a happening is told as kubectl describe finds it', async () => {
  const { clock, record, events } = aRecorder()
  record(placed)
  await clock.advance(1_000)
  expect(events()).toMatchObject([
    {
      metadata: { name: expect.stringMatching(/^standup\.[0-9a-f]{12}$/) as string, namespace: 'team' },
      involvedObject: {
        kind: 'Meeting',
        namespace: 'team',
        name: 'standup',
        uid: 'uid-standup',
        apiVersion: 'parley.media/v1alpha1',
      },
      ...placed,
      count: 1,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      reportingComponent: 'parley-operator',
      source: { component: 'parley-operator', host: 'operator-0' },
    },
  ])
})

test('the same again raises the count of the one Event, at most once a minute', async () => {
  const { clock, cluster, record, events } = aRecorder()
  for (let second = 0; second < 150; second++) {
    record(placed)
    await clock.advance(1_000)
  }
  expect(events()).toMatchObject([{ count: 120, lastTimestamp: '2026-01-01T00:01:59Z' }])
  expect(cluster.written).toHaveLength(3)
})

test('other objects, reasons and messages are Events of their own', async () => {
  const { clock, record, events } = aRecorder()
  record(placed)
  record(placed, meeting('retro'))
  record({ ...placed, reason: 'Moved' })
  record({ ...placed, message: 'placed on eu-2' })
  await clock.advance(1_000)
  expect(events()).toHaveLength(4)
})

test('too many messages for one reason are told as one', async () => {
  const { clock, record, events } = aRecorder()
  for (let index = 0; index < 100; index++) record({ ...placed, message: `placed on node ${index}` })
  await clock.advance(10_000)
  expect(events()).toHaveLength(11)
  expect(events().at(-1)).toMatchObject({ message: '(combined from similar events) placed on node 99', count: 90 })
})

test('after ten quiet minutes the same is a new Event', async () => {
  const { clock, record, events } = aRecorder()
  record(placed)
  await clock.advance(11 * 60_000)
  record(placed)
  await clock.advance(1_000)
  expect(events()).toHaveLength(2)
})

test('an Event whose answer was lost is told once', async () => {
  const { clock, cluster, record, events } = aRecorder()
  cluster.fail('create', 'lostAnswer', 'unavailable')
  record(placed)
  await clock.advance(60_000)
  expect(events()).toHaveLength(1)
})

test('an Event that the server does not take for minutes is given up, until it happens again', async () => {
  const { clock, cluster, record, events } = aRecorder()
  cluster.fail('create', ...Array.from({ length: 24 }, () => 'unavailable' as const))
  record(placed)
  await clock.advance(5 * 60_000)
  expect([events(), clock.pending()]).toEqual([[], 0])
  record(placed)
  await clock.advance(1_000)
  expect(events()).toMatchObject([placed])
})

test('an Event that the server has forgotten is made again', async () => {
  const { clock, cluster, record, events } = aRecorder()
  record(placed)
  await clock.advance(1_000)
  for (const { metadata } of events()) cluster.remove(kinds.Event, metadata)
  record(placed)
  await clock.advance(70_000)
  record(placed)
  await clock.advance(70_000)
  expect(events()).toMatchObject([{ count: 3 }])
})

test('a message and a name that are too long are cut', async () => {
  const { clock, record, events } = aRecorder()
  record({ ...placed, message: 'x'.repeat(5_000) }, meeting('m'.repeat(253)))
  await clock.advance(1_000)
  expect(events()[0]?.message).toHaveLength(1_000)
  expect(events()[0]?.metadata.name).toHaveLength(253)
})
