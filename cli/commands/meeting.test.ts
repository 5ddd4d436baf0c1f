import { expect, test } from 'vitest'

import { kinds } from '../../operator/kube/kinds.ts'
import { aCli, ago } from '../testing/aCli.ts'

const standup = { namespace: 'default', name: 'standup' }

test('create makes the meeting that the flags say and leaves the rest to the defaults', async () => {
  const { api, cli } = aCli()
  const result = await cli(
    'meeting',
    'create',
    'standup',
    '--title',
    'Stand-up',
    '--pools',
    'eu-west,us-east',
    '--regions',
    'eu-west',
    '--max-participants',
    '12',
    '--locked',
    '--start',
    '2026-12-01T10:00:00+01:00',
    '--end',
    '2026-12-01T11:00:00+01:00',
    '--disruption',
    'audienceOnly',
    '--empty-timeout',
    '5m',
    '--ttl-after-ended',
    '1h',
  )
  expect(result).toEqual({ out: 'meeting standup created in the namespace default\n', err: '', code: 0 })
  expect(await api.get(kinds.Meeting, standup)).toMatchObject({
    spec: {
      title: 'Stand-up',
      pools: ['eu-west', 'us-east'],
      regions: ['eu-west'],
      capacity: { maxParticipants: 12 },
      access: { locked: true },
      schedule: { startTime: '2026-12-01T09:00:00Z', endTime: '2026-12-01T10:00:00Z' },
      disruption: 'audienceOnly',
      emptyTimeoutSeconds: 300,
      ttlSecondsAfterEnded: 3600,
    },
  })
  await cli('meeting', 'create', 'bare')
  expect(await api.get(kinds.Meeting, { namespace: 'default', name: 'bare' })).toHaveProperty('spec', {})
})

test('a name that is taken is told', async () => {
  const { cli } = aCli()
  await cli('meeting', 'create', 'standup')
  const again = await cli('meeting', 'create', 'standup')
  expect(again).toMatchObject({ code: 1, err: 'error: meetings "standup" already exists\n' })
})

test('a wrong time is a fault of the command line', async () => {
  const { code, err } = await aCli().cli('meeting', 'create', 'standup', '--start', 'tomorrow')
  expect(code).toBe(2)
  expect(err).toContain('It must be a time like 2026-12-01T10:00:00Z.')
})

test('a wrong number is a fault of the command line', async () => {
  const { code, err } = await aCli().cli('meeting', 'create', 'standup', '--max-participants', 'many')
  expect(code).toBe(2)
  expect(err).toContain('It must be a whole number above 0.')
})

test('list shows the meetings of the namespace, or of all', async () => {
  const { api, cli } = aCli()
  const metadata = { name: 'standup', creationTimestamp: ago(600) }
  api.put('meetings', {
    metadata: { ...metadata, namespace: 'default' },
    status: { phase: 'Active', nodes: 'eu-west-1,us-east-1', participants: '2-5' },
  })
  api.put('meetings', { metadata: { ...metadata, namespace: 'team-a' } })
  expect((await cli('meeting', 'list')).out).toBe(
    [
      'NAMESPACE   MEETING   PHASE    NODES                 PARTICIPANTS   AGE',
      'default     standup   Active   eu-west-1,us-east-1   2-5            10m',
      '',
    ].join('\n'),
  )
  expect((await cli('meeting', 'list', '-n', 'nobody')).out).toBe('No meetings.\n')
  const all = JSON.parse((await cli('meeting', 'list', '-A', '-o', 'json')).out) as { metadata: { namespace: string } }[]
  expect(all.map((meeting) => meeting.metadata.namespace)).toEqual(['default', 'team-a'])
})

test('end ends the meeting once', async () => {
  const { api, cli } = aCli()
  api.put('meetings', { metadata: standup, spec: { ended: false } })
  expect(await cli('meeting', 'end', 'standup')).toMatchObject({
    code: 0,
    out: 'meeting standup ended: everybody is told and nobody can join\n',
  })
  expect((await api.get(kinds.Meeting, standup)).spec.ended).toBe(true)
  expect((await cli('meeting', 'end', 'standup')).out).toBe('meeting standup had ended already\n')
})

test('a meeting that is not there is named', async () => {
  const { code, err } = await aCli().cli('meeting', 'end', 'standup', '-n', 'team-a')
  expect({ code, err }).toEqual({ code: 3, err: 'error: There is no meeting standup in the namespace team-a.\n' })
})
