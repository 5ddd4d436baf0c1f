import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { commonErrors, type CodedError } from '../../kit/errors.ts'
import { bearerOf, createHttpServer } from '../../kit/http.ts'
import { errorOfProblem } from '../../kit/problem.ts'
import { checked } from '../../kit/validation.ts'
import { placementErrors } from '../api/errors.ts'
import { openApiDocument } from '../api/openApi.ts'
import { topologyQuery } from '../api/topology.ts'
import type { OperatorMetrics } from '../metrics.ts'
import { answersContentType, batchAtMost, batchPath, batchRequest, writeAnswers, type OperationName } from './batch.ts'
import { forwardedHeader, type Forwarder } from './forward.ts'
import { createOperations, type OperationsOptions } from './operations.ts'
import type { TopologyFeed } from './topologyFeed.ts'
import { streamTopology } from './topologyStream.ts'

/** What the placement API stands on. */
export interface PlacementServerOptions extends OperationsOptions {
  readonly feed: TopologyFeed
  readonly forwarder: Forwarder
  /** Whether this replica leads and knows enough to place. */
  readonly leads: () => boolean
  /** Whether this replica has heard enough for its topology to be believed. */
  readonly isWarm: () => boolean
  readonly metrics: OperatorMetrics
  readonly tls?: { readonly key: string; readonly cert: string } | undefined
}

const bodyLimitBytes = 64 * 1024
const meetingPath = '/v1/namespaces/:namespace/meetings/:name'
const placementsPath = `${meetingPath}/placements`

/** Who asks for a place goes to the fallback at once, and a release is told by the media node too: to these a leader that does not answer is none. */
const withoutLeader: ReadonlySet<OperationName> = new Set(['place', 'release'])

/** Nobody but the leader can answer, and it does not. */
function unanswered(operation: OperationName, why: 'no_leader' | 'unanswered'): CodedError {
  const isNone = why === 'no_leader' || withoutLeader.has(operation)
  return isNone ? placementErrors.raise.leader_unknown({}) : placementErrors.raise.leader_unanswered({})
}

/** The placement API of one replica. What only the leader can answer, a standby passes on to it. */
export function createPlacementServer(options: PlacementServerOptions): FastifyInstance {
  const { feed, leads, metrics } = options
  const app = createHttpServer({ log: options.log, bodyLimitBytes, ...(options.tls === undefined ? {} : { tls: options.tls }) })
  const operations = createOperations(options)
  /** Of routes that take a body: nothing of it is read for somebody whose token is not known. */
  const toKnown = { onRequest: async ({ headers }: FastifyRequest) => void options.bearers(bearerOf(headers.authorization)) }

  /** Answers here as the leader, else as the leader answers. */
  const answering = (operation: OperationName) => async (request: FastifyRequest, reply: FastifyReply) => {
    const { headers, params, query, body, url, method } = request
    const { authorization } = headers
    const raw = { authorization, params, query, body }
    const act = operations.check(operation, raw)
    if (leads()) return (await act()) ?? reply.code(204).send()
    if (headers[forwardedHeader] !== undefined) throw placementErrors.raise.leader_unknown({})
    // A place for somebody who has hung up would be held for nobody; anything else is wanted all the same.
    const isWanted = (): boolean => operation !== 'place' || !reply.raw.destroyed
    const answered = await options.forwarder.forward({ ...raw, operation, url, method, isWanted })
    if (typeof answered === 'string') throw unanswered(operation, answered)
    const { status, text } = answered
    if (status >= 400) throw errorOfProblem(status, JSON.parse(text))
    return status === 204 ? reply.code(204).send() : reply.type('application/json; charset=utf-8').send(text)
  }

  app.post(placementsPath, toKnown, answering('place'))
  app.delete(`${placementsPath}/:participant`, toKnown, answering('release'))
  app.post(`${placementsPath}/:participant/move`, toKnown, answering('move'))
  app.get(`${meetingPath}/explanation`, answering('explain'))
  app.get(meetingPath, answering('snapshot'))

  app.post(batchPath, { ...toKnown, bodyLimit: 2 * batchAtMost.bytes }, (request, reply) => {
    if (!leads()) throw placementErrors.raise.leader_unknown({})
    const { requests } = checked(batchRequest, request.body, 'body')
    const answers = requests.map((item) => operations.ofBatch(item))
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': answersContentType })
    writeAnswers(answers, reply.raw)
  })

  app.get('/v1/topology', (request, reply) => {
    const bearer = options.bearers(bearerOf(request.headers.authorization))
    bearer.mustDo('topology')
    const { watch } = checked(topologyQuery, request.query, 'query')
    if (!options.isWarm()) throw commonErrors.raise.unavailable({ what: 'The topology' }, { retryAfterMs: 1_000 })
    const { serves } = bearer
    if (watch === 'true') streamTopology({ request, reply }, { feed, serves, metrics })
    else void reply.send(feed.snapshot(serves))
  })

  app.get('/openapi.json', () => openApiDocument)
  return app
}
