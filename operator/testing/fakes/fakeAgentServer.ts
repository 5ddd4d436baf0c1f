import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

import { systemClock as clock } from '../../../kit/clock.ts'
import { bearerOf, createHttpServer } from '../../../kit/http.ts'
import { verifyToken, type TrustedKeys } from '../../../kit/keys.ts'
import { silentLog } from '../../../kit/log.ts'
import { ndjsonContentType, ndjsonLine } from '../../../kit/ndjson.ts'
import { checked } from '../../../kit/validation.ts'
import { addressesPath, addressOrder } from '../../../sfu/api/addresses.ts'
import { drainOrder, drainPath, type DrainReport } from '../../../sfu/api/drain.ts'
import { sfuErrors } from '../../../sfu/api/errors.ts'
import { verifyGrant, verifyPeerToken } from '../../../sfu/api/grant.ts'
import { meetingRef } from '../../../sfu/api/identity.ts'
import { loadPath, loadPeriodMs } from '../../../sfu/api/load.ts'
import { moveOrder, movePath, type MoveReport } from '../../../sfu/api/move.ts'
import { segmentDeletion, segmentOrder, type SegmentReport } from '../../../sfu/api/order.ts'
import { tokenTypes } from '../../../sfu/api/tokens.ts'
import type { FakeMediaNode } from './fakeMediaNode.ts'

/** A {@link FakeMediaNode} behind the HTTP contract of a media node's agent. */
export interface FakeAgentServer {
  readonly url: string
  readonly node: FakeMediaNode
  /** Attaches by a grant, as a session would: the grant must be for this node, by a key that it trusts. */
  attach(grant: string): Promise<void>
  close(): Promise<void>
}

const segmentPath = '/v1/segments/:namespace/:name/:incarnation'
const bodyLimitBytes = 1024 * 1024

/** Serves the node's API, on a free port of the loopback unless told otherwise. Every token is verified as the real agent verifies it. */
export async function serveFakeAgent(
  node: FakeMediaNode,
  keys: TrustedKeys,
  { host = '127.0.0.1', port = 0 }: { readonly host?: string; readonly port?: number } = {},
): Promise<FakeAgentServer> {
  const app: FastifyInstance = createHttpServer({ log: silentLog, bodyLimitBytes })
  const beat = clock.every(loadPeriodMs, () => node.beat())

  async function mustBeOperator(request: FastifyRequest): Promise<void> {
    const { type, roles } = tokenTypes.order
    await verifyToken(keys, bearerOf(request.headers.authorization), { type, roles, audience: node.name, nowMs: clock.nowMs() })
  }

  async function put(request: FastifyRequest): Promise<SegmentReport> {
    await mustBeOperator(request)
    const order = checked(segmentOrder, request.body, 'body')
    const meeting = checked(meetingRef, request.params, 'path')
    for (const peer of order.peers) await verifyPeerToken(keys, peer.token, { node: peer.node, nowMs: clock.nowMs() })
    return node.put(meeting, order)
  }

  async function get(request: FastifyRequest): Promise<SegmentReport> {
    await mustBeOperator(request)
    const report = node.get(checked(meetingRef, request.params, 'path'))
    if (report === undefined) throw sfuErrors.raise.wrong_meeting({})
    return report
  }

  async function drain(request: FastifyRequest): Promise<DrainReport> {
    await mustBeOperator(request)
    return node.drain(checked(drainOrder, request.body, 'body'))
  }

  async function move(request: FastifyRequest): Promise<MoveReport> {
    await mustBeOperator(request)
    return node.move(checked(moveOrder, request.body, 'body'))
  }

  async function announce(request: FastifyRequest): Promise<{ addresses: readonly string[] }> {
    await mustBeOperator(request)
    return { addresses: node.announce(checked(addressOrder, request.body, 'body')) }
  }

  app.put(segmentPath, (request) => put(request))
  app.get(segmentPath, (request) => get(request))
  app.put(drainPath, (request) => drain(request))
  app.post(movePath, (request) => move(request))
  app.put(addressesPath, (request) => announce(request))
  app.delete(segmentPath, async (request, reply) => {
    await mustBeOperator(request)
    node.delete(checked(meetingRef, request.params, 'path'), checked(segmentDeletion, request.query, 'query'))
    return reply.code(204).send()
  })

  function stream(reply: FastifyReply): void {
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'content-type': ndjsonContentType })
    raw.write(ndjsonLine(node.hello()))
    raw.write(ndjsonLine({ type: 'load', load: node.load() }))
    const stop = node.listen((line) => (line === undefined ? raw.destroy() : raw.write(ndjsonLine(line))))
    raw.once('close', stop)
  }

  app.get(loadPath, async (request, reply) => {
    await mustBeOperator(request)
    stream(reply)
  })

  const url = await app.listen({ host, port })
  return {
    url,
    node,
    async attach(grant) {
      const { sub, meeting, attachment, rights, limit, fallback } = await verifyGrant(keys, grant, {
        node: node.name,
        nowMs: clock.nowMs(),
      })
      node.attach(meeting, { participant: sub, attachment, hidden: rights.hidden, limit, fallback: fallback !== undefined })
    },
    async close() {
      beat.cancel()
      node.hangUp()
      await app.close()
    },
  }
}
