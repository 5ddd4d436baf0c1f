import { expect, test } from 'vitest'

import type { MediaNode } from '../../../crds/index.ts'
import { drainOf } from './drainOf.ts'

const aNode = (drain: MediaNode['spec']['drain'], status: MediaNode['status'] = {}, generation = 1): MediaNode => ({
  apiVersion: 'parley.media/v1alpha1',
  kind: 'MediaNode',
  metadata: {
    ...{ name: 'a', namespace: 'parley', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
    generation,
  },
  spec: { pool: 'eu', address: 'http://a:1', workers: 1, cordoned: false, ...(drain === undefined ? {} : { drain }) },
  status,
})
const told = { reason: '', left: '0', moved: '0', blocked: false, message: '' }

test('nobody asks for a drain', () => {
  expect(drainOf(aNode(undefined))).toBeUndefined()
  expect(drainOf(aNode(undefined, { drain: { ...told, requestedAt: '2026-01-01T00:00:00Z' } }))).toBeUndefined()
})

test('the deadline counts from when the operator wrote down that it saw the request; until then there is none', () => {
  const drain = { deadlineSeconds: 90, reason: 'kernel upgrade' }
  expect(drainOf(aNode(drain))).toEqual({
    reason: 'asked for by spec.drain: kernel upgrade',
    deadlineAtMs: undefined,
    pace: undefined,
  })
  expect(drainOf(aNode(drain, { drain: { ...told, requestedAt: '2026-01-01T00:00:00Z' } }))?.deadlineAtMs).toBe(
    Date.UTC(2026, 0, 1, 0, 1, 30),
  )
})

test('what status says is of another request where two changes of the spec were not seen: it may have been taken away between them', () => {
  const requestedAt = '2026-01-01T00:00:00Z'
  const seenAt = (generation: number) =>
    drainOf(aNode({ deadlineSeconds: 90 }, { observedGeneration: 4, drain: { ...told, requestedAt } }, generation))?.deadlineAtMs
  const deadlineAtMs = Date.UTC(2026, 0, 1, 0, 1, 30)
  expect([4, 5, 6].map(seenAt)).toEqual([deadlineAtMs, deadlineAtMs, undefined])
})

test('of several reasons all are told, and the earliest deadline counts', () => {
  const disruption = { reason: 'Cordoned', since: '2026-01-01T00:00:00Z' }
  const node = aNode(
    { deadlineSeconds: 600, pace: 5 },
    {
      drain: { ...told, requestedAt: '2026-01-01T00:00:00Z' },
      disruptions: [
        {
          ...disruption,
          source: 'NodeCordoned',
          message: 'its Kubernetes Node n1 is cordoned',
          deadline: '2026-01-01T00:05:00Z',
        },
        { ...disruption, source: 'Rollout', message: 'the pool has another image', deadline: '2026-01-01T00:20:00Z' },
      ],
    },
  )
  expect(drainOf(node)).toEqual({
    reason: 'asked for by spec.drain; its Kubernetes Node n1 is cordoned; the pool has another image',
    deadlineAtMs: Date.UTC(2026, 0, 1, 0, 5),
    pace: 5,
  })
})
