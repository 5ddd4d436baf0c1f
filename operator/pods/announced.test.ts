import { expect, test } from 'vitest'

import { specDefaults, type MediaNodePool } from '../../crds/index.ts'
import type { KubeNode } from '../kube/core.ts'
import { aMediaNode, aPod } from '../testing/objects.ts'
import { announcedOf } from './announced.ts'

const meta = { namespace: 'demo', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' }
const aPool = (network: Partial<MediaNodePool['spec']['network']> = {}): MediaNodePool => ({
  apiVersion: 'parley.media/v1alpha1',
  kind: 'MediaNodePool',
  metadata: { ...meta, name: 'eu', generation: 1 },
  spec: { ...specDefaults.MediaNodePool, region: 'eu-west', network: { ...specDefaults.MediaNodePool.network, ...network } },
})
const aHost = (...addresses: readonly [type: string, address: string][]): KubeNode => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { ...meta, name: 'k1' },
  status: { addresses: addresses.map(([type, address]) => ({ type, address })) },
})
const pod = aPod(aMediaNode('eu-x7k2p'), { podIP: '10.0.0.7' }, { nodeName: 'k1' })

test('the external addresses of the Kubernetes Node go before its internal ones, of both families', () => {
  const host = aHost(['InternalIP', '10.1.0.1'], ['ExternalIP', '203.0.113.7'], ['ExternalIP', '2001:db8::7'], ['Hostname', 'k1'])
  expect(announcedOf({ pool: aPool(), pod, host })).toEqual({ addresses: ['203.0.113.7', '2001:db8::7'] })
  expect(announcedOf({ pool: aPool(), pod, host: aHost(['InternalIP', '10.1.0.1'], ['Hostname', 'k1']) })).toEqual({
    addresses: ['10.1.0.1'],
  })
})

test("the pool's own address wins; with the Pod's network it is the Pod's", () => {
  const host = aHost(['ExternalIP', '203.0.113.7'])
  expect(announcedOf({ pool: aPool({ address: 'media.example.org' }), pod, host })).toEqual({ addresses: ['media.example.org'] })
  expect(announcedOf({ pool: aPool({ mode: 'podNetwork' }), pod, host: undefined })).toEqual({ addresses: ['10.0.0.7'] })
})

test.each([
  [
    'a Node without an address',
    aHost(['Hostname', 'k1']),
    'its Kubernetes Node k1 has neither an ExternalIP nor an InternalIP: set spec.network.address of the pool',
  ],
  [
    'a Node that the operator may not read',
    undefined,
    'the operator does not see the Kubernetes Node k1: let it read nodes, or set spec.network.address of the pool',
  ],
  [
    'a Node whose address nobody can use',
    aHost(['ExternalIP', '0.0.0.0']),
    'its Kubernetes Node k1 has neither an ExternalIP nor an InternalIP: set spec.network.address of the pool',
  ],
])('%s is told in words, with what to do', (_what, host, missing) => {
  expect(announcedOf({ pool: aPool(), pod, host })).toEqual({ missing })
})

test('what is not known yet is told as that', () => {
  const unscheduled = aPod(aMediaNode('eu-x7k2p'))
  expect(announcedOf({ pool: aPool(), pod: unscheduled, host: undefined })).toEqual({
    missing: 'its Pod is on no Kubernetes Node yet',
  })
  expect(announcedOf({ pool: aPool({ mode: 'podNetwork' }), pod: unscheduled, host: undefined })).toEqual({
    missing: 'its Pod has no address yet',
  })
})
