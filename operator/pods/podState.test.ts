import { expect, test } from 'vitest'

import type { ContainerStatus } from '../kube/core.ts'
import { aMediaNode, aPod } from '../testing/objects.ts'
import { podStateOf } from './podState.ts'

const node = aMediaNode('eu-1')
const there = { nodeName: 'k1' }
const container = (status: Partial<ContainerStatus>) => ({
  phase: 'Running' as const,
  containerStatuses: [{ name: 'agent', ready: false, restartCount: 0, ...status }],
})

test('a Pod waits for room, starts, and runs when its agent is ready', () => {
  expect(podStateOf(aPod(node))).toEqual({ at: 'unscheduled', trouble: undefined })
  expect(podStateOf(aPod(node, { phase: 'Pending' }, there))).toEqual({ at: 'starting', trouble: undefined })
  const conditions = [{ type: 'Ready', status: 'True' as const }]
  expect(podStateOf(aPod(node, { phase: 'Running', conditions }, there))).toEqual({ at: 'running' })
})

test('the scheduler says why there is no room', () => {
  const message = '0/3 nodes are available: 3 Insufficient cpu.'
  const conditions = [{ type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message }]
  expect(podStateOf(aPod(node, { conditions }))).toMatchObject({
    trouble: { reason: 'Unschedulable', message: `no Kubernetes Node has room for its Pod: ${message}` },
  })
})

test('an image that cannot be pulled is told the same way at each try', () => {
  const said = ['ErrImagePull', 'ImagePullBackOff'].map((reason) =>
    podStateOf(aPod(node, container({ state: { waiting: { reason, message: `try ${reason}` } } }), there)),
  )
  expect(said[0]).toMatchObject({ at: 'starting', trouble: { reason: 'ImagePull' } })
  expect(said[1]).toEqual(said[0])
})

test('a missing ConfigMap is told in the kubelet’s words', () => {
  const waiting = { reason: 'CreateContainerConfigError', message: 'configmap "parley-trusted-keys" not found' }
  expect(podStateOf(aPod(node, container({ state: { waiting } }), there))).toMatchObject({
    trouble: {
      reason: 'ContainerRefused',
      message: 'its container cannot be made: configmap "parley-trusted-keys" not found',
    },
  })
})

test('an agent that keeps ending is told the same way while it waits and while it runs for a moment', () => {
  const lastState = { terminated: { exitCode: 2, reason: 'Error' } }
  const states = [{ waiting: { reason: 'CrashLoopBackOff' } }, { running: {} }].map((state) =>
    podStateOf(aPod(node, container({ restartCount: 4, state, lastState }), there)),
  )
  expect(states[0]).toMatchObject({
    trouble: {
      reason: 'CrashLoop',
      message: 'its agent ended with code 2 and is started again: see kubectl logs eu-1 --previous',
    },
  })
  expect(states[1]).toEqual(states[0])
})

test('an agent that was started again and is ready has no trouble', () => {
  const status = { ...container({ ready: true, restartCount: 1, lastState: { terminated: { exitCode: 1 } } }) }
  const conditions = [{ type: 'Ready', status: 'True' as const }]
  expect(podStateOf(aPod(node, { ...status, conditions }, there))).toEqual({ at: 'running' })
})

test('what the kubelet gave up is over', () => {
  const status = { phase: 'Failed' as const, reason: 'Evicted', message: 'The node was low on resource: memory.' }
  expect(podStateOf(aPod(node, status, there))).toEqual({ at: 'over', why: 'Evicted: The node was low on resource: memory.' })
})
