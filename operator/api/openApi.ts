import { z } from 'zod'

import { commonErrors } from '../../kit/errors.ts'
import { problemOf } from '../../kit/problem.ts'
import { participantId } from '../../sfu/api/identity.ts'
import { placementErrors } from './errors.ts'
import { moveAnswer, moveRequest } from './move.ts'
import {
  errorExamples,
  explanationExample,
  meetingSnapshotExample,
  moveAnswerExamples,
  moveRequestExample,
  placementAnswerExamples,
  placementRequestExample,
  topologyExample,
  topologyLineExamples,
} from './openApiExamples.ts'
import { explanation, placementAnswer, placementParams, placementRequest, releaseQuery } from './placement.ts'
import { meetingSnapshot } from './snapshot.ts'
import { topology, topologyLine, topologyQuery } from './topology.ts'

/** As what is taken in: an answer may have more fields than these, a request may not. */
const jsonOf = (schema: z.ZodType): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' })
  return rest
}

const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'retry'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string', description: 'The sentence for people.' },
    status: { type: 'integer' },
    code: { type: 'string', enum: [...Object.keys(commonErrors.entries), ...Object.keys(placementErrors.entries)].toSorted() },
    retry: { type: 'string', enum: ['never', 'later', 'elsewhere'] },
    field: { type: 'string', description: 'The input that was wrong, as a path.' },
    retryAfterMs: { type: 'number' },
  },
}

const reference = (name: string): object => ({ $ref: `#/components/schemas/${name}` })
const named = (examples: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]))

type Code = keyof typeof errorExamples
/** What any request may be told. */
const always = ['invalid', 'unauthorized', 'verb_not_allowed', 'too_slow', 'internal'] as const satisfies readonly Code[]
/** What a request about a meeting may be told beside it. */
const ofMeetings = [...always, 'namespace_not_allowed', 'leader_unknown'] as const satisfies readonly Code[]

/** The errors of an operation: by status, with an example of each code. */
function problems(codes: readonly Code[]): object {
  const byStatus = Map.groupBy(
    codes.map((code) => problemOf(errorExamples[code])),
    ({ status }) => status,
  )
  const responses = [...byStatus].map(([status, examples]) => [
    status,
    {
      description: `${examples.map(({ code, retry }) => `\`${code}\` (retry: ${retry})`).join(', ')}.`,
      content: {
        'application/problem+json': {
          schema: reference('Problem'),
          examples: named(Object.fromEntries(examples.map((example) => [example.code, example]))),
        },
      },
    },
  ])
  return Object.fromEntries(responses) as object
}

interface Answer {
  readonly description: string
  readonly schema: string
  readonly examples: Readonly<Record<string, unknown>>
}
const content = ({ schema, examples }: Omit<Answer, 'description'>): object => ({
  schema: reference(schema),
  examples: named(examples),
})
const answers = (answer: Answer, codes: readonly Code[]): object => ({
  200: { description: answer.description, content: { 'application/json': content(answer) } },
  ...problems(codes),
})
const body = (schema: string, example: unknown): object => {
  return { required: true, content: { 'application/json': { schema: reference(schema), example } } }
}

const parameter = (name: string, schema: z.ZodType, where: { in: 'path' | 'query'; required?: boolean }): object => {
  return { name, in: where.in, required: where.required ?? true, schema: jsonOf(schema) }
}
const meeting = [
  parameter('namespace', placementParams.shape.namespace, { in: 'path' }),
  parameter('name', placementParams.shape.name, { in: 'path' }),
]
const person = [...meeting, parameter('participant', participantId, { in: 'path' })]

/** The placement API as OpenAPI 3.1, made from the schemas that the server checks by. docs/placement-api.json is a copy. */
export const openApiDocument = {
  openapi: '3.1.0',
  info: {
    title: 'Parley placement API',
    version: 'v1',
    description: 'Where participants of meetings go. Every replica answers; a standby passes on what only the leader knows.',
  },
  security: [{ bearer: [] }],
  paths: {
    '/v1/namespaces/{namespace}/meetings/{name}/placements': {
      post: {
        summary: 'Places a participant.',
        operationId: 'place',
        parameters: meeting,
        requestBody: body('PlacementRequest', placementRequestExample),
        responses: answers(
          {
            description: 'Placed, wait in line, come back after a while, or refused with the rule.',
            schema: 'PlacementAnswer',
            examples: placementAnswerExamples,
          },
          [...ofMeetings, 'too_large'],
        ),
      },
    },
    '/v1/namespaces/{namespace}/meetings/{name}/placements/{participant}': {
      delete: {
        summary: 'Releases one attachment of a participant.',
        operationId: 'release',
        parameters: [...person, parameter('attachment', releaseQuery.shape.attachment, { in: 'query' })],
        responses: { 204: { description: 'Released, or not known.' }, ...problems(ofMeetings) },
      },
    },
    '/v1/namespaces/{namespace}/meetings/{name}/placements/{participant}/move': {
      post: {
        summary: 'Sends one participant to another media node, without a break.',
        operationId: 'move',
        parameters: person,
        requestBody: body('MoveRequest', moveRequestExample),
        responses: answers(
          {
            description: 'They are told, or not: come back after a while, or refused with the rule.',
            schema: 'MoveAnswer',
            examples: moveAnswerExamples,
          },
          [...ofMeetings, 'leader_unanswered', 'meeting_unknown', 'attachment_unknown', 'too_large'],
        ),
      },
    },
    '/v1/namespaces/{namespace}/meetings/{name}': {
      get: {
        summary: 'A meeting at this moment, with exact figures.',
        operationId: 'snapshotMeeting',
        parameters: meeting,
        responses: answers(
          { description: 'The meeting.', schema: 'MeetingSnapshot', examples: { active: meetingSnapshotExample } },
          [...ofMeetings, 'leader_unanswered', 'meeting_unknown'],
        ),
      },
    },
    '/v1/namespaces/{namespace}/meetings/{name}/explanation': {
      get: {
        summary: 'Where a meeting is and why, in words.',
        operationId: 'explain',
        parameters: meeting,
        responses: answers({ description: 'The explanation.', schema: 'Explanation', examples: { active: explanationExample } }, [
          ...ofMeetings,
          'leader_unanswered',
          'meeting_unknown',
        ]),
      },
    },
    '/v1/topology': {
      get: {
        summary: 'Nodes, pools and meetings; with watch=true as a stream of lines: a snapshot, then changes and beats.',
        operationId: 'topology',
        parameters: [parameter('watch', topologyQuery.shape.watch.unwrap(), { in: 'query', required: false })],
        responses: {
          200: {
            description: 'The topology, or its stream.',
            content: {
              'application/json': content({ schema: 'Topology', examples: { all: topologyExample } }),
              'application/x-ndjson': content({ schema: 'TopologyLine', examples: topologyLineExamples }),
            },
          },
          ...problems([...always, 'too_many', 'unavailable']),
        },
      },
    },
  },
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A placement token.' } },
    schemas: {
      PlacementRequest: jsonOf(placementRequest),
      PlacementAnswer: jsonOf(placementAnswer),
      MoveRequest: jsonOf(moveRequest),
      MoveAnswer: jsonOf(moveAnswer),
      Explanation: jsonOf(explanation),
      MeetingSnapshot: jsonOf(meetingSnapshot),
      Topology: jsonOf(topology),
      TopologyLine: jsonOf(topologyLine),
      Problem: problem,
    },
  },
} as const
