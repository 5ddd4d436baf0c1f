import { expect, test } from 'vitest'

import { ingest } from './ingest.ts'
import { kinds } from '../kinds.ts'

const metadata = { name: 'a', uid: 'u', resourceVersion: '7', labels: { a: 'b' }, managedFields: [{ manager: 'kubelet' }] }

test('of a Pod only what the operator reads is kept', () => {
  const raw = {
    metadata,
    spec: { nodeName: 'k1', containers: [{ name: 'agent', image: 'parley-sfu:1' }], volumes: [] },
    status: { phase: 'Running', podIP: '10.0.0.1', hostIP: '192.0.2.1', qosClass: 'Burstable' },
  }
  expect(ingest(kinds.Pod, raw)).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', uid: 'u', resourceVersion: '7', labels: { a: 'b' } },
    spec: { nodeName: 'k1' },
    status: { phase: 'Running', podIP: '10.0.0.1' },
  })
})

test('of a Kubernetes Node neither its images nor its capacity', () => {
  const addresses = [{ type: 'InternalIP', address: '192.0.2.1' }]
  const raw = {
    metadata,
    spec: { unschedulable: true, podCIDR: '10.0.0.0/24' },
    status: { addresses, images: [{ names: ['x'] }] },
  }
  expect(ingest(kinds.Node, raw)).toMatchObject({ spec: { unschedulable: true }, status: { addresses } })
  expect(JSON.stringify(ingest(kinds.Node, raw))).not.toMatch(/images|podCIDR/)
})

test('a Pod that has no status yet is one all the same', () => {
  expect(ingest(kinds.Pod, { metadata })).toMatchObject({ spec: {}, status: {} })
})
