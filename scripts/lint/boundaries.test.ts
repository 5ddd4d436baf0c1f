import { expect, test } from 'vitest'
import { refusedFile, refusedPackage } from './boundaries.ts'

test.each([
  ['kit/log.ts', 'kit/clock.ts'],
  ['sfu/media/segment.ts', 'sfu/api/order.ts'],
  ['sfu/api/order.ts', 'kit/errors.ts'],
  ['signaling/rooms/room.ts', 'operator/api/client.ts'],
  ['signaling/web/main.tsx', 'signaling/client/meeting.ts'],
  ['operator/placement/place.ts', 'operator/ledger/vector.ts'],
  ['cli/main.ts', 'operator/kube/client.ts'],
  ['sfu/main.ts', 'package.json'],
])('%s may import %s', (from, to) => {
  expect(refusedFile(from, to)).toBeUndefined()
})

test.each([
  ['kit/log.ts', 'sfu/api/order.ts', 'kit/ must not import sfu/api/order.ts: kit is plumbing'],
  ['sfu/media/segment.ts', 'operator/api/client.ts', 'a media node knows no control plane. It may import kit.'],
  ['sfu/api/order.ts', 'sfu/media/segment.ts', 'sfu/api/ must not import sfu/media/segment.ts'],
  ['operator/reconcile/meeting.ts', 'sfu/media/segment.ts', 'It may import kit, crds, sfu/api.'],
  ['operator/placement/place.ts', 'kit/clock.ts', 'planners are pure'],
  ['operator/plan/plan.ts', 'operator/effects/apply.ts', 'planners are pure'],
  ['signaling/client/meeting.ts', 'signaling/session/session.ts', 'the client library runs in browsers'],
  ['e2e/demo/main.ts', 'sfu/main.ts', 'end to end tests know the processes by their APIs only'],
  ['cli/main.ts', 'operator/ledger/ledger.ts', 'cli/ must not import operator/ledger/ledger.ts'],
])('%s may not import %s', (from, to, words) => {
  expect(refusedFile(from, to)).toContain(words)
})

test('mediasoup and the Kubernetes client have one door each', () => {
  expect(refusedPackage('sfu/media/workers.ts', 'mediasoup')).toBeUndefined()
  expect(refusedPackage('sfu/main.ts', 'mediasoup/types')).toBe(
    'mediasoup is imported only in sfu/media: everybody else speaks of segments, never of routers.',
  )
  expect(refusedPackage('operator/kube/client.ts', '@kubernetes/client-node')).toBeUndefined()
  expect(refusedPackage('signaling/main.ts', '@kubernetes/client-node')).toContain('only in operator/kube and cli')
  expect(refusedPackage('signaling/client/meeting.ts', 'mediasoup-client')).toBeUndefined()
})
