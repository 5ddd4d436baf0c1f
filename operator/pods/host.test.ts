import { expect, test } from 'vitest'

import type { KubeNode } from '../kube/core.ts'
import { leavingOf } from './host.ts'

type Taint = { key: string; effect: string }

const aHost = (spec: NonNullable<KubeNode['spec']>): KubeNode => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'k1', uid: 'k1', resourceVersion: '1' },
  spec,
})
const tainted = (...taints: readonly Taint[]): string | undefined => leavingOf(aHost({ taints }))?.message

test('a Kubernetes Node is left when it is cordoned or about to go', () => {
  expect(leavingOf(aHost({ unschedulable: true }))).toEqual({
    reason: 'Unschedulable',
    message: 'its Kubernetes Node k1 is cordoned',
  })
  expect(tainted({ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' })).toBe(
    'its Kubernetes Node k1 has the taint ToBeDeletedByClusterAutoscaler',
  )
  expect(tainted({ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' })).toContain('karpenter.sh/disrupted')
})

test('other taints, mere candidates and Nodes that are not known drain nobody', () => {
  expect(leavingOf(undefined)).toBeUndefined()
  expect(tainted({ key: 'dedicated', effect: 'NoSchedule' })).toBeUndefined()
  expect(tainted({ key: 'DeletionCandidateOfClusterAutoscaler', effect: 'PreferNoSchedule' })).toBeUndefined()
  expect(tainted({ key: 'karpenter.sh/disrupted', effect: 'PreferNoSchedule' })).toBeUndefined()
  expect(tainted({ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' })).toBeUndefined()
})
