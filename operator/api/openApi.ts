import { z } from 'zod'

import { commonErrors } from '../../kit/errors.ts'
import { placementErrors } from './errors.ts'
import { moveAnswer, moveRequest } from './move.ts'
import { explanation, placementAnswer, placementRequest } from './placement.ts'
import { meetingSnapshot } from './snapshot.ts'
import { topology, topologyLine } from './topology.ts'

const jsonOf = (schema: z.ZodType, io: 'input' | 'output' = 'output'): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' })
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
const refusal = {
  description: 'A problem document (RFC 9457).',
  content: { 'application/problem+json': { schema: reference('Problem') } },
}
const answers = (description: string, schema: string, contentType = 'application/json'): object => ({
  200: { description, content: { [contentType]: { schema: reference(schema) } } },
  default: refusal,
})
const inPath = (name: string): object => ({ name, in: 'path', required: true, schema: { type: 'string' } })
const inQuery = (name: string, required: boolean): object => ({ name, in: 'query', required, schema: { type: 'string' } })
const meeting = [inPath('namespace'), inPath('name')]

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
        requestBody: { required: true, content: { 'application/json': { schema: reference('PlacementRequest') } } },
        responses: answers('Placed, wait in line, come back after a while, or refused with the rule.', 'PlacementAnswer'),
      },
    },
    '/v1/namespaces/{namespace}/meetings/{name}/placements/{participant}': {
      delete: {
        summary: 'Releases one attachment of a participant.',
        operationId: 'release',
        parameters: [...meeting, inPath('participant'), inQuery('attachment', true)],
        responses: { 204: { description: 'Released, or not known.' }, default: refusal },
      },
    },
    '/v1/namespaces/{namespace}/meetings/{name}/placements/{participant}/move': {
      post: {
        summary: 'Sends one participant to another media node, without a break.',
        operationId: 'move',
        parameters: [...meeting, inPath('participant')],
        requestBody: { required: true, content: { 'application/json': { schema: reference('MoveRequest') } } },
        responses: answers('They are told, or not: come back after a while, or refused with the rule.', 'MoveAnswer'),
      },
    },
    '/v1/namespaces/{namespace}/meetings/{name}': {
      get: {
        summary: 'A meeting at this moment, with exact figures.',
        operationId: 'snapshotMeeting',
        parameters: meeting,
        responses: answers('The meeting.', 'MeetingSnapshot'),
      },
    },
    '/v1/namespaces/{namespace}/meetings/{name}/explanation': {
      get: {
        summary: 'Where a meeting is and why, in words.',
        operationId: 'explain',
        parameters: meeting,
        responses: answers('The explanation.', 'Explanation'),
      },
    },
    '/v1/topology': {
      get: {
        summary: 'Nodes, pools and meetings; with watch=true as a stream of lines: a snapshot, then changes and beats.',
        operationId: 'topology',
        parameters: [inQuery('watch', false)],
        responses: {
          200: {
            description: 'The topology, or its stream.',
            content: {
              'application/json': { schema: reference('Topology') },
              'application/x-ndjson': { schema: reference('TopologyLine') },
            },
          },
          default: refusal,
        },
      },
    },
  },
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A placement token.' } },
    schemas: {
      PlacementRequest: jsonOf(placementRequest, 'input'),
      PlacementAnswer: jsonOf(placementAnswer),
      MoveRequest: jsonOf(moveRequest, 'input'),
      MoveAnswer: jsonOf(moveAnswer),
      Explanation: jsonOf(explanation),
      MeetingSnapshot: jsonOf(meetingSnapshot),
      Topology: jsonOf(topology),
      TopologyLine: jsonOf(topologyLine),
      Problem: problem,
    },
  },
} as const
