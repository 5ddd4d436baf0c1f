import { expect, test } from 'vitest'
import { z } from 'zod'

import { newerMessage } from '../../kit/newerMessage.ts'
import { checked } from '../../kit/validation.ts'
import { moveAnswer, moveRequest } from './move.ts'
import { explanation, placementAnswer, placementRequest } from './placement.ts'
import { meetingSnapshot } from './snapshot.ts'
import { topology, topologyLine } from './topology.ts'

const ulid = '01K0000000000000000000000A'
const node = { name: 'a', pool: 'eu', region: 'eu', url: 'http://a:1', accepting: true, load: 0.5 }
const pool = { name: 'eu', region: 'eu', adHocMeetings: true }
const meeting = { namespace: 'default', name: 'standup', closed: false, nodes: ['a'] }
const whole = {
  ...{ revision: 1, epoch: 2, turnUrls: [] },
  nodes: [{ ...node, draining: true, edgeVersion: 1 }],
  pools: [{ ...pool, allowedNamespaces: ['default'] }],
  meetings: [{ ...meeting, incarnation: ulid, title: 'x', pools: ['eu'], regions: ['eu'], maxParticipants: 9, opensAtMs: 5 }],
}
const placedAnswer = {
  ...{ result: 'placed', meeting: { namespace: 'default', name: 'standup', incarnation: ulid }, attachment: ulid, node: 'a' },
  ...{ region: 'eu', url: 'http://a:1', grant: 'g', turnUrls: [], decidedBy: 'operator', reason: 'x' },
}

test.each([
  ['topology', topologyLine, { type: 'snapshot', topology: whole }],
  ['change', topologyLine, { type: 'change', revision: 2, nodes: whole.nodes, removedMeetings: [{ namespace: 'a', name: 'b' }] }],
  ['placement', placementAnswer, placedAnswer],
  ['place in line', placementAnswer, { result: 'queued', code: 'nodes_full', reason: 'x', position: 1, retryAfterMs: 5 }],
  ['move', moveAnswer, { result: 'ordered', attachment: ulid, from: 'a', node: 'b', region: 'eu', reason: 'x' }],
] as const)('what a newer operator adds to a %s is passed over', (_name, schema, answer) => {
  expect(schema.parse(newerMessage(answer))).toEqual(answer)
})

test('the topology of an older operator is read', () => {
  const older = { revision: 1, epoch: 2, turnUrls: [], nodes: [node], pools: [pool], meetings: [meeting] }
  expect(topology.parse(older)).toEqual(older)
})

test.each(Object.entries({ topologyLine, placementAnswer, moveAnswer, explanation, meetingSnapshot }))(
  'no object in %s is closed to what a newer version adds',
  (_name, schema) => {
    expect(JSON.stringify(z.toJSONSchema(schema, { io: 'input' }))).not.toContain('"additionalProperties":false')
  },
)

const rights = { publish: [], subscribe: true, hidden: false }
test.each([
  [
    'body.priority',
    placementRequest,
    { participant: 'ann', displayName: 'Ann', rights, idempotencyKey: '12345678', priority: 1 },
  ],
  [
    'body.rights.record',
    placementRequest,
    { participant: 'ann', displayName: 'Ann', rights: { ...rights, record: true }, idempotencyKey: '12345678' },
  ],
  ['body.priority', moveRequest, { attachment: ulid, reason: 'x', priority: 1 }],
] as const)('who asks for something that this operator does not know is told what: %s', (field, schema, body) => {
  expect(() => checked(schema, body, 'body')).toThrow(
    expect.objectContaining({ code: 'invalid', field, message: expect.stringContaining('is not known') as string }) as Error,
  )
})
