import { expect, test } from 'vitest'

import type { Explanation } from '../../operator/api/placement.ts'
import { aCli, ago, nowMs } from '../testing/aCli.ts'

const incarnation = '01KDVDZZZZZZZZZZZZZZZZZZZZ'
const explanation: Explanation = {
  meeting: { namespace: 'default', name: 'standup', incarnation },
  phase: 'Active',
  why: 'two regions',
  segments: [
    {
      node: 'eu-west-1',
      region: 'eu-west',
      role: 'core',
      generation: 2,
      fallback: false,
      participants: 1,
      why: 'first in eu-west',
    },
    {
      node: 'us-east-1',
      region: 'us-east',
      role: 'core',
      generation: 2,
      fallback: true,
      participants: 1,
      why: 'a fallback join',
    },
  ],
  placements: [
    { atMs: nowMs - 5_000, participant: 'ada', node: 'eu-west-1', attachment: incarnation, reason: 'least loaded in eu-west' },
  ],
  join: { result: 'placed', node: 'eu-west-1', reason: 'hosts the meeting in eu-west (load 0.31)' },
  regions: [
    { region: 'eu-west', why: 'hosts the meeting; least load 0.31' },
    { region: 'us-east', why: 'least load 0.10' },
  ],
  nodes: [{ node: 'eu-west-2', region: 'eu-west', takes: false, why: 'cordoned' }],
}
const url = 'http://operator:7702/v1/namespaces/default/meetings/standup/explanation'

test('the placement API explains', async () => {
  const { cli } = aCli({ answers: { [url]: { status: 200, body: explanation } }, env: { PARLEY_PLACEMENT_TOKEN: 'secret' } })
  expect((await cli('why', 'standup', '--placement', 'http://operator:7702/')).out).toBe(
    [
      'default/standup is Active: two regions',
      '',
      'NODE        REGION    ROLE              PEOPLE   WHY',
      'eu-west-1   eu-west   core              1        first in eu-west',
      'us-east-1   us-east   core (fallback)   1        a fallback join',
      '',
      'Latest placements',
      'AGO   PARTICIPANT   NODE        WHY',
      '5s    ada           eu-west-1   least loaded in eu-west',
      '',
      'Who joins now goes to eu-west-1: hosts the meeting in eu-west (load 0.31)',
      '',
      'Regions, the first choice first',
      'REGION    WHY',
      'eu-west   hosts the meeting; least load 0.31',
      'us-east   least load 0.10',
      '',
      'Media nodes, the first choice first',
      'NODE        REGION    TAKES   WHY',
      'eu-west-2   eu-west   no      cordoned',
      '',
    ].join('\n'),
  )
})

test('who is refused by a rule of the meeting is not told that media nodes would take them as if that helped', async () => {
  const refused: Explanation = { ...explanation, join: { result: 'refused', code: 'meeting_locked', reason: 'it is locked' } }
  const { cli } = aCli({ answers: { [url]: { status: 200, body: refused } }, env: { PARLEY_PLACEMENT_TOKEN: 'secret' } })
  const { out } = await cli('why', 'standup', '--placement', 'http://operator:7702')
  expect(out).toContain('Who joins now is refused: it is locked\n')
  expect(out).toContain('Regions but for that, the first choice first\n')
  expect(out).toContain('Media nodes but for that, the first choice first\n')
})

test('without it, status and events do', async () => {
  const { api, cli } = aCli()
  api.put('meetings', {
    metadata: { namespace: 'default', name: 'standup', uid: 'u1' },
    spec: {},
    status: {
      phase: 'Waiting',
      why: 'no pool is named eu-south',
      conditions: [
        { type: 'Stalled', status: 'True', reason: 'PoolMissing', message: 'make eu-south', lastTransitionTime: ago(60) },
      ],
    },
  })
  const event = { reason: 'PoolMissing', message: 'There is no pool eu-south', lastTimestamp: ago(60) }
  api.put('events', { metadata: { namespace: 'default', name: 'e1' }, involvedObject: { name: 'standup', uid: 'u1' }, ...event })
  api.put('events', { metadata: { namespace: 'default', name: 'e2' }, involvedObject: { name: 'standup', uid: 'u0' }, ...event })
  expect((await cli('why', 'standup')).out).toBe(
    [
      'default/standup is Waiting: no pool is named eu-south',
      '',
      'CONDITION   HOLDS   SINCE   WHY',
      'Stalled     True    60s     make eu-south',
      '',
      'AGO   EVENT         WHAT',
      '60s   PoolMissing   There is no pool eu-south',
      '',
    ].join('\n'),
  )
})

test('a placement API that refuses or is away is told in words', async () => {
  const problem = { title: 'This token is not for the namespace default.', code: 'namespace_not_allowed' }
  const refusing = aCli({ answers: { [url]: { status: 403, body: problem } } })
  expect(await refusing.cli('why', 'standup', '--placement', 'http://operator:7702')).toMatchObject({
    code: 4,
    err: 'error: This token is not for the namespace default.\n',
  })
  const away = await aCli().cli('why', 'standup', '--placement', 'http://operator:7702')
  expect(away).toMatchObject({ code: 5, err: `error: ${url} cannot be reached: ECONNREFUSED.\n` })
})

test("with a token the leader's own address is asked", async () => {
  const { api, cli } = aCli({ answers: { [url]: { status: 200, body: explanation } }, env: { PARLEY_PLACEMENT_TOKEN: 'secret' } })
  api.put('leases', {
    metadata: { namespace: 'parley', name: 'parley-operator', annotations: { 'parley.media/address': 'http://operator:7702' } },
    spec: { holderIdentity: 'operator-0', renewTime: ago(3) },
  })
  expect(JSON.parse((await cli('why', 'standup', '-o', 'json')).out)).toEqual({ from: 'operator', explanation })
})
