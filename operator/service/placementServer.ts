import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'

import type { Clock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import { bearerOf, createHttpServer } from '../../kit/http.ts'
import type { Log } from '../../kit/log.ts'
import { errorOfProblem } from '../../kit/problem.ts'
import { checked } from '../../kit/validation.ts'
import { participantId } from '../../sfu/api/identity.ts'
import type { MeetingName } from '../api/client.ts'
import { placementErrors } from '../api/errors.ts'
import { moveRequest } from '../api/move.ts'
import { openApiDocument } from '../api/openApi.ts'
import { placementParams, releaseQuery, type Explanation } from '../api/placement.ts'
import type { MeetingSnapshot } from '../api/snapshot.ts'
import { topologyQuery } from '../api/topology.ts'
import type { Mover } from '../effects/mover.ts'
import type { Placer } from '../effects/placer.ts'
import type { OperatorMetrics } from '../metrics.ts'
import { answersContentType, batchAtMost, batchPath, batchRequest, linesOf } from './batch.ts'
import { forwardedHeader, type Forwarder } from './forward.ts'
import { createPlacing } from './placing.ts'
import type { Bearer, PlacementVerb } from './tokens.ts'
import type { TopologyFeed } from './topologyFeed.ts'
import { streamTopology } from './topologyStream.ts'

/** What the placement API stands on. */
export interface PlacementServerOptions {
  readonly bearers: (token: string) => Bearer
  readonly placer: Placer
  readonly mover: Mover
  readonly explain: (meeting: MeetingName) => Explanation | undefined
  readonly snapshot: (meeting: MeetingName) => MeetingSnapshot | undefined
  readonly feed: TopologyFeed
  readonly forwarder: Forwarder
  /** Whether this replica leads and knows enough to place. */
  readonly leads: () => boolean
  /** Whether this replica has heard enough for its topology to be believed. */
  readonly isWarm: () => boolean
  readonly clock: Clock
  readonly log: Log
  readonly metrics: OperatorMetrics
  readonly tls?: { readonly key: string; readonly cert: string } | undefined
}

const bodyLimitBytes = 64 * 1024
const meetingPath = '/v1/namespaces/:namespace/meetings/:name'
const personParams = z.strictObject({ ...placementParams.shape, participant: participantId })

/** The placement API of one replica. What only the leader can answer, a standby passes on to it. */
export function createPlacementServer(options: PlacementServerOptions): FastifyInstance {
  const { placer, feed, leads, metrics } = options
  const app = createHttpServer({ log: options.log, bodyLimitBytes, ...(options.tls === undefined ? {} : { tls: options.tls }) })
  const placing = createPlacing(options)

  function admitted(request: FastifyRequest, verb: PlacementVerb): Bearer {
    const bearer = options.bearers(bearerOf(request.headers.authorization))
    bearer.mustDo(verb)
    return bearer
  }

  /** Answers here as the leader, else as the leader answers. */
  async function asLeader(request: FastifyRequest, reply: FastifyReply, answer: () => unknown): Promise<unknown> {
    if (leads()) return answer()
    if (request.headers[forwardedHeader] !== undefined) throw placementErrors.raise.leader_unknown({})
    const method = request.method as 'GET' | 'POST' | 'DELETE'
    const { authorization } = request.headers
    const forwarded = await options.forwarder.forward({ method, url: request.url, authorization, body: request.body })
    if (forwarded === undefined) throw placementErrors.raise.leader_unknown({})
    return reply.code(forwarded.status).type(forwarded.contentType).send(forwarded.text)
  }

  function known<T>(found: T | undefined, { namespace, name }: MeetingName): T {
    if (found === undefined) throw placementErrors.raise.meeting_unknown({ meeting: `${namespace}/${name}` })
    return found
  }

  app.post(`${meetingPath}/placements`, async (request, reply) => {
    const { headers, params, body, url } = request
    const { authorization } = headers
    const wanted = placing.check({ authorization, params, body })
    if (leads()) return placing.here(wanted)
    if (headers[forwardedHeader] !== undefined) throw placementErrors.raise.leader_unknown({})
    const isGone = (): boolean => reply.raw.destroyed
    const answered = await options.forwarder.place({ authorization, ...wanted.meeting, body, url, isGone })
    if (answered === undefined) throw placementErrors.raise.leader_unknown({})
    if (answered.status !== 200) throw errorOfProblem(answered.status, JSON.parse(answered.text))
    return reply.type('application/json; charset=utf-8').send(answered.text)
  })

  app.post(batchPath, { bodyLimit: 2 * batchAtMost.bytes }, async (request, reply) => {
    if (!leads()) throw placementErrors.raise.leader_unknown({})
    const { placements } = checked(batchRequest, request.body, 'body')
    const answers = await Promise.all(placements.map((item) => placing.ofBatch(item)))
    return reply.type(answersContentType).send(linesOf(answers))
  })

  app.delete(`${meetingPath}/placements/:participant`, async (request, reply) => {
    const bearer = admitted(request, 'release')
    const { participant, ...meeting } = checked(personParams, request.params, 'path')
    const { attachment } = checked(releaseQuery, request.query, 'query')
    bearer.mustServe(meeting.namespace)
    return asLeader(request, reply, () => {
      placer.release(meeting, participant, attachment)
      return reply.code(204).send()
    })
  })

  app.post(`${meetingPath}/placements/:participant/move`, async (request, reply) => {
    const bearer = admitted(request, 'move')
    const { participant, ...meeting } = checked(personParams, request.params, 'path')
    const body = checked(moveRequest, request.body, 'body')
    bearer.mustServe(meeting.namespace)
    return asLeader(request, reply, () => options.mover.move(meeting, participant, body))
  })

  app.get(`${meetingPath}/explanation`, async (request, reply) => {
    const bearer = admitted(request, 'explain')
    const meeting = checked(placementParams, request.params, 'path')
    bearer.mustServe(meeting.namespace)
    return asLeader(request, reply, () => known(options.explain(meeting), meeting))
  })

  app.get(meetingPath, async (request, reply) => {
    const bearer = admitted(request, 'explain')
    const meeting = checked(placementParams, request.params, 'path')
    bearer.mustServe(meeting.namespace)
    return asLeader(request, reply, () => known(options.snapshot(meeting), meeting))
  })

  app.get('/v1/topology', (request, reply) => {
    const { serves } = admitted(request, 'topology')
    const { watch } = checked(topologyQuery, request.query, 'query')
    if (!options.isWarm()) throw commonErrors.raise.unavailable({ what: 'The topology' }, { retryAfterMs: 1_000 })
    if (watch === 'true') streamTopology({ request, reply }, { feed, serves, metrics })
    else void reply.send(feed.snapshot(serves))
  })

  app.get('/openapi.json', () => openApiDocument)
  return app
}
