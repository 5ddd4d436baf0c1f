import { expect, test } from 'vitest'

import { aCli, ago } from '../testing/aCli.ts'
import type { FakeApi } from '../testing/fakeApi.ts'

const condition = (type: string, status: string, message: string): object => ({
  type,
  status,
  reason: 'Because',
  message,
  lastTransitionTime: ago(60),
})

function aSystem(api: FakeApi): void {
  api.put('leases', {
    metadata: { namespace: 'parley', name: 'parley-operator' },
    spec: { holderIdentity: 'operator-0', renewTime: ago(3), leaseDurationSeconds: 15 },
  })
  api.put('medianodepools', {
    kind: 'MediaNodePool',
    metadata: { namespace: 'parley', name: 'eu-west' },
    spec: { region: 'eu-west' },
    status: { ready: 1, replicas: 2, load: '0.1', conditions: [condition('Ready', 'False', '1 of 2 nodes is ready')] },
  })
  for (const [name, phase] of [
    ['eu-west-1', 'Ready'],
    ['eu-west-2', 'NotReady'],
  ] as const)
    api.put('medianodes', {
      kind: 'MediaNode',
      metadata: { namespace: 'parley', name },
      spec: { pool: 'eu-west', address: 'http://10.0.0.1:7710' },
      status: {
        phase,
        load: '0.1',
        meetings: 1,
        participants: '2-5',
        addresses: ['192.0.2.1'],
        conditions: [condition('Ready', phase === 'Ready' ? 'True' : 'False', 'no load for 12 s')],
      },
    })
  api.put('meetings', {
    kind: 'Meeting',
    metadata: { namespace: 'default', name: 'standup', creationTimestamp: ago(30) },
    spec: {},
    status: { phase: 'Active', nodes: 'eu-west-1', participants: '2-5' },
  })
}

test('everything at a glance, and what is wrong in words', async () => {
  const { api, cli } = aCli()
  aSystem(api)
  expect((await cli('status')).out).toBe(
    [
      'Operator: operator-0 leads, renewed 3s ago',
      '',
      'POOL      REGION    READY   LOAD',
      'eu-west   eu-west   1/2     0.1',
      '',
      'NODE        POOL      PHASE      LOAD   MEETINGS   PARTICIPANTS   ADDRESS',
      'eu-west-1   eu-west   Ready      0.1    1          2-5            192.0.2.1',
      'eu-west-2   eu-west   NotReady   0.1    1          2-5            192.0.2.1',
      '',
      'NAMESPACE   MEETING   PHASE    NODES       PARTICIPANTS   AGE',
      'default     standup   Active   eu-west-1   2-5            30s',
      '',
      '! MediaNodePool eu-west: 1 of 2 nodes is ready',
      '! MediaNode eu-west-2: no load for 12 s',
      '',
    ].join('\n'),
  )
})

test('a drain has its line, and is nothing wrong; ports that nobody reaches are', async () => {
  const { api, cli } = aCli()
  const status = {
    phase: 'Draining',
    drain: {
      reason: 'asked for by spec.drain: kernel upgrade',
      deadline: ago(-240),
      eta: ago(-120),
      left: '2-5',
      moved: '6-10',
      blocked: false,
      message: 'people are moved to other media nodes',
    },
    conditions: [
      { ...condition('Ready', 'False', 'draining'), reason: 'Draining' },
      condition('Reachable', 'False', 'no answer at udp 192.0.2.1:40000'),
    ],
  }
  api.put('medianodes', { kind: 'MediaNode', metadata: { namespace: 'parley', name: 'eu-1' }, spec: { pool: 'eu' }, status })
  const { out } = await cli('status')
  expect(out).toContain(
    [
      'NODE   DRAIN      LEFT   MOVED   DONE    ENDS    WHY                                       HOW IT GOES',
      'eu-1   Draining   2-5    6-10    in 2m   in 4m   asked for by spec.drain: kernel upgrade   people are moved to other media nodes',
      '',
    ].join('\n'),
  )
  expect(out.split('\n').filter((line) => line.startsWith('!'))).toEqual(['! MediaNode eu-1: no answer at udp 192.0.2.1:40000'])
})

test('a drain that is done has no end to wait for', async () => {
  const { api, cli } = aCli()
  const drain = { reason: 'scale in', deadline: ago(600), left: '0', moved: '1', blocked: false, message: 'nobody is left' }
  const status = { phase: 'Drained', drain, conditions: [] }
  api.put('medianodes', { kind: 'MediaNode', metadata: { namespace: 'parley', name: 'eu-1' }, spec: { pool: 'eu' }, status })
  expect((await cli('status')).out).toMatch(/^eu-1 +Drained +0 +1 +<none> +<none> +scale in +nobody is left$/m)
})

test('an empty cluster says so', async () => {
  expect((await aCli().cli('status')).out).toBe('Operator: no operator leads\n\nNo pools.\n\nNo media nodes.\n\nNo meetings.\n')
})

test('a leader that is silent for longer than its lease leads no more', async () => {
  const { api, cli } = aCli()
  api.put('leases', {
    metadata: { namespace: 'parley', name: 'parley-operator' },
    spec: { holderIdentity: 'operator-0', renewTime: ago(40), leaseDurationSeconds: 15 },
  })
  const { operator } = JSON.parse((await cli('status', '-o', 'json')).out) as { operator: object }
  expect(operator).toEqual({ leading: false, leader: 'operator-0', words: 'operator-0 led, last renewed 40s ago' })
})
