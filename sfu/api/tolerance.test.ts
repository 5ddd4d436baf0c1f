import { expect, test } from 'vitest'
import { z } from 'zod'

import { newerMessage } from '../../kit/newerMessage.ts'
import { addressOrder, announcedAddresses } from './addresses.ts'
import { drainOrder, drainReport } from './drain.ts'
import { nodeDump } from './dump.ts'
import { edgeNotifications, edgeRequests } from './edge.ts'
import { grantClaims, peerClaims } from './grant.ts'
import { loadLine } from './load.ts'
import { moveOrder, moveReport } from './move.ts'
import { hostedIncarnations, segmentDeletion, segmentList, segmentOrder, segmentReport } from './order.ts'
import { probeAnswer } from './probe.ts'
import { sessionRequests, speakers } from './session.ts'

const ulid = '01K0000000000000000000000A'
const meeting = { namespace: 'default', name: 'standup', incarnation: ulid }
const fence = { epoch: 3, generation: 4 }
const rights = { publish: ['camera' as const], subscribe: true, hidden: false }
const peer = { node: 'b', url: 'http://b:1', token: 't' }
const person = { participant: 'ann', attachment: ulid, publishing: true, hidden: false }
const moving = { epoch: 1, meeting, participant: 'ann', attachment: ulid }
const segment = { meeting, ...fence, role: 'core', fallback: false, worker: 0, participants: [person], peers: [], createdAtMs: 1 }
const worker = { cpu: 0, routers: 0, transports: 0, producers: 0, consumers: 0 }
const load = { atMs: 1, workers: [worker], egressBitsPerSecond: 1, ingressBitsPerSecond: 1, pipes: 0, pipePorts: 0 }
const capacity = { consumersPerWorker: 1, egressBitsPerSecond: 1, ingressBitsPerSecond: 1, pipePorts: 1 }
const hello = { type: 'hello', protocol: 1, node: 'a', boot: ulid, version: '1', addresses: ['10.0.0.1'], capacity }
const holder = 'operator-1_01K0000000000000000000000A'
const wish = { reason: 'upgrade', deadlineAtMs: 5, stay: ['default/standup'] }
const report = { drained: false, left: 1, moved: 2 }
const pipe = { transportId: 't', ip: '10.0.0.1', port: 1, srtpParameters: { cryptoSuite: 's', keyBase64: 'k' } }
const track = { trackId: 'ann/camera', source: 'camera', producerId: 'p', muted: false }
const entry = { participant: 'ann', attachment: ulid, name: 'Ann', node: 'a', connected: true, joinedAtMs: 1, tracks: [track] }

/** Each message with all that it may say today, and what an older version of its writer says: without what was added since. */
const messages: readonly (readonly [string, z.ZodType, { readonly whole: object; readonly older: object }])[] = [
  [
    'segment order',
    segmentOrder,
    {
      whole: {
        ...{ ...fence, role: 'core', region: 'eu', limits: { maxParticipants: 9 }, adopts: ulid, holder },
        peers: [{ ...peer, role: 'leaf', leaving: true }],
      },
      older: { ...fence, role: 'core', region: 'eu', limits: { maxParticipants: 9 }, peers: [{ ...peer, role: 'leaf' }] },
    },
  ],
  [
    'segment report',
    segmentReport,
    {
      whole: {
        ...{ ...segment, aliases: [ulid], emptySinceMs: 2, participants: [{ ...person, screen: true }] },
        peers: [{ node: 'b', role: 'core', up: true, leaving: 'spare' }],
      },
      older: segment,
    },
  ],
  [
    'drain order',
    drainOrder,
    {
      whole: {
        epoch: 1,
        holder,
        draining: true,
        ...wish,
        publishersStay: ['default/retro'],
        pace: 5,
        shared: [{ meeting: 'default/standup', nodes: 2, part: 1 }],
      },
      older: { epoch: 1, draining: true, ...wish },
    },
  ],
  [
    'drain report',
    drainReport,
    {
      whole: { ordered: { ...wish, pace: 5 }, stopsAtMs: 9, ...report, staying: [{ meeting: 'default/retro', people: 2 }] },
      older: { ordered: wish, ...report },
    },
  ],
  [
    'hello of a load stream',
    loadLine,
    {
      whole: {
        ...{ ...hello, highestEpoch: 1, segments: [segment], edgeVersion: 1, addressesGuessed: true },
        drain: { ordered: wish, ...report },
      },
      older: { ...hello, highestEpoch: 1, segments: [] },
    },
  ],
  [
    'grant',
    grantClaims,
    {
      whole: {
        ...{ sub: 'ann', name: 'Ann', meeting, attachment: ulid, rights, replaces: ulid },
        ...{ limit: { maxParticipants: 2, epoch: 3 }, fallback: { peers: [peer] } },
      },
      older: { sub: 'ann', name: 'Ann', meeting, attachment: ulid, rights },
    },
  ],
  [
    'hello of an edge',
    edgeRequests.hello,
    {
      whole: {
        ...{ node: 'a', boot: ulid, edgeVersion: 1, role: 'core', ...fence, pipe, peerTransportId: 't' },
        ...{ wayIds: ['w'], authors: ['a'], wants: ['ann/camera'] },
      },
      older: { node: 'a', boot: ulid, role: 'core', ...fence, pipe, wayIds: [], authors: [], wants: [] },
    },
  ],
  [
    'roster of an author',
    edgeNotifications.rosterSnapshot,
    {
      whole: { author: 'a', boot: ulid, revision: 1, entries: [{ ...entry, tracks: [{ ...track, replaces: 'q' }] }] },
      older: { author: 'a', boot: ulid, revision: 1, entries: [entry] },
    },
  ],
  [
    'load line',
    loadLine,
    {
      whole: { type: 'load', load: { ...load, participants: 0 } },
      older: { type: 'load', load: { ...load, participants: 0 } },
    },
  ],
  ['order to move', moveOrder, { whole: { ...moving, holder, reason: 'x' }, older: { ...moving, reason: 'x' } }],
  ['order of addresses', addressOrder, { whole: { epoch: 1, holder, addresses: ['a'] }, older: { epoch: 1, addresses: ['a'] } }],
  [
    'deletion of a segment',
    segmentDeletion,
    { whole: { ...fence, holder, reason: 'ended' }, older: { ...fence, reason: 'ended' } },
  ],
  ['attach', sessionRequests.attach, { whole: { grant: 'g', sessionEpoch: 1 }, older: { grant: 'g', sessionEpoch: 1 } }],
]

test.each(messages)('what a newer writer adds to a %s is passed over', (_name, schema, { whole }) => {
  const read = schema.parse(whole)
  expect(schema.parse(newerMessage(whole))).toEqual(read)
})

test.each(messages)('a %s of an older writer is read', (_name, schema, { older }) => {
  expect(schema.parse(older)).toMatchObject(older)
})

test.each(
  Object.entries({
    ...{ segmentOrder, segmentReport, segmentList, hostedIncarnations, segmentDeletion, drainOrder, drainReport, loadLine },
    ...{ addressOrder, announcedAddresses, moveOrder, moveReport, probeAnswer, nodeDump, grantClaims, peerClaims, speakers },
    ...edgeRequests,
    ...edgeNotifications,
    ...sessionRequests,
  }),
)('no object in %s is closed to what a newer version adds', (_name, schema) => {
  expect(JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))).not.toContain(
    '"additionalProperties":false',
  )
})
