import { slowestRequestMs } from '../../kit/badRequests.ts'
import { commonErrors, type CodedError } from '../../kit/errors.ts'
import { placementErrors } from './errors.ts'
import { moveRefusal, type MoveAnswer, type MoveRefusal, type MoveRequest } from './move.ts'
import { placementRefusal, type Explanation, type PlacementAnswer, type PlacementRequest } from './placement.ts'
import { refusals } from './refusals.ts'
import type { MeetingSnapshot } from './snapshot.ts'
import type { Topology, TopologyLine } from './topology.ts'

const incarnation = '01KB3V8Q7M5R2W9T4X6Y0Z1A2B'
const attachment = '01KB3V8Q7N8C3D4E5F6G7H8J9K'
const url = 'http://10.0.3.7:4000'

export const placementRequestExample: PlacementRequest = {
  participant: 'ann@example.org',
  displayName: 'Ann',
  rights: { publish: ['microphone', 'camera'], subscribe: true, hidden: false },
  rttsMs: { 'eu-west': 12, 'us-east': 90 },
  idempotencyKey: '5d1c2f0a-join-1',
}

export const moveRequestExample: MoveRequest = { attachment, excludeNodes: ['eu-west-2'], reason: 'a loud neighbour' }

const placed: PlacementAnswer = {
  result: 'placed',
  meeting: { namespace: 'demo', name: 'standup', incarnation },
  attachment,
  node: 'eu-west-1',
  region: 'eu-west',
  url,
  grant: 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhbm5AZXhhbXBsZS5vcmcifQ.c2lnbmF0dXJl',
  turnUrls: ['turns:turn.example.org:443?transport=tcp'],
  decidedBy: 'operator',
  reason: 'least loaded of 3 in eu-west (load 0.31)',
}

/** An answer that places or moves nobody. */
function unplaced<Code extends MoveRefusal>(code: Code, result: 'refused' | 'tryAfter' | 'queued') {
  const { example: reason } = refusals[code]
  switch (result) {
    case 'refused':
      return { result, code, reason }
    case 'tryAfter':
      return { result, code, reason, retryAfterMs: 2_300 }
    default:
      return { result, code, reason: `${reason}; one is about to start; number 4 in line`, position: 4, retryAfterMs: 2_300 }
  }
}

/** Answers by what they are: `placed`, and `refused: meeting_full` and the like for each code with each result that it comes with. */
export const placementAnswerExamples: Readonly<Record<string, PlacementAnswer>> = {
  placed,
  ...Object.fromEntries(
    placementRefusal.options.flatMap((code) =>
      refusals[code].results.map((result) => [`${result}: ${code}`, unplaced(code, result)] as const),
    ),
  ),
}

/** The same for moves, which put nobody in a line. */
export const moveAnswerExamples: Readonly<Record<string, MoveAnswer>> = {
  ordered: {
    ...{ result: 'ordered', attachment, from: 'eu-west-1', node: 'eu-west-3', region: 'eu-west' },
    reason: 'a loud neighbour; least loaded of 3 in eu-west (load 0.12)',
  },
  ...Object.fromEntries(
    moveRefusal.options.flatMap((code) => {
      const results = refusals[code].results.filter((result) => result !== 'queued')
      return results.map((result) => [`${result}: ${code}`, unplaced(code, result)] as const)
    }),
  ),
}

export const meetingSnapshotExample: MeetingSnapshot = {
  ...{ namespace: 'demo', name: 'standup', incarnation, phase: 'Active', locked: false, participants: 7, maxParticipants: 25 },
  segments: [{ node: 'eu-west-1', region: 'eu-west', url, participants: 7 }],
}

export const explanationExample: Explanation = {
  meeting: { namespace: 'demo', name: 'standup', incarnation },
  phase: 'Active',
  why: 'eu-west-1: least loaded of 3 in eu-west (load 0.31)',
  segments: [
    {
      ...{ node: 'eu-west-1', region: 'eu-west', role: 'core', generation: 2, fallback: false, participants: 7 },
      why: 'least loaded of 3 in eu-west (load 0.31); the only segment',
    },
  ],
  placements: [
    {
      ...{ atMs: 1_796_083_200_000, participant: 'ann@example.org', node: 'eu-west-1', attachment },
      reason: 'hosts the meeting in eu-west (load 0.33)',
    },
  ],
  join: { result: 'placed', node: 'eu-west-1', reason: 'hosts the meeting in eu-west (load 0.34)' },
  regions: [{ region: 'eu-west', why: 'hosts the meeting; least load 0.12' }],
  nodes: [
    { node: 'eu-west-1', region: 'eu-west', takes: true, why: 'hosts the meeting, load 0.34, of CPU' },
    { node: 'eu-west-2', region: 'eu-west', takes: false, why: 'draining: asked for by spec.drain: kernel upgrade' },
  ],
}

export const topologyExample: Topology = {
  ...{ revision: 41, epoch: 3, turnUrls: [] },
  nodes: [{ name: 'eu-west-1', pool: 'eu-west', region: 'eu-west', url, accepting: true, load: 0.34 }],
  pools: [{ name: 'eu-west', region: 'eu-west', adHocMeetings: true }],
  meetings: [{ namespace: 'demo', name: 'standup', incarnation, closed: false, nodes: ['eu-west-1'] }],
}

/** Lines of the stream, by their type. */
export const topologyLineExamples: Readonly<Record<TopologyLine['type'], TopologyLine>> = {
  snapshot: { type: 'snapshot', topology: topologyExample },
  change: { type: 'change', revision: 42, removedMeetings: [{ namespace: 'demo', name: 'standup' }] },
  beat: { type: 'beat', revision: 42 },
}

const meeting = 'demo/standup'
const { raise: common } = commonErrors
const { raise } = placementErrors

/** An error of each code that the API answers. */
export const errorExamples = {
  invalid: common.invalid(
    { what: 'body.participant: must be 1 to 128 of A-Z, a-z, 0-9 and _.:@|+-' },
    { field: 'body.participant' },
  ),
  unauthorized: common.unauthorized({ why: 'the token is not known' }, { field: 'authorization' }),
  namespace_not_allowed: raise.namespace_not_allowed({ namespace: 'demo' }),
  verb_not_allowed: raise.verb_not_allowed({ verb: 'place' }),
  meeting_unknown: raise.meeting_unknown({ meeting }),
  attachment_unknown: raise.attachment_unknown({ meeting, participant: 'ann', attachment }, { field: 'body.attachment' }),
  too_slow: common.too_slow({ withinMs: slowestRequestMs }),
  too_large: common.too_large({ limitBytes: 65_536 }),
  internal: common.internal({}),
  leader_unknown: raise.leader_unknown({}),
  leader_unanswered: raise.leader_unanswered({}),
  too_many: common.too_many({ what: 'readers of the topology here' }, { retryAfterMs: 5_000 }),
  unavailable: common.unavailable({ what: 'The topology' }, { retryAfterMs: 1_000 }),
} as const satisfies Readonly<Record<string, CodedError>>
