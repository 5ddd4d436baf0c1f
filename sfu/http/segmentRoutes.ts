import type { FastifyInstance } from 'fastify'

import { commonErrors } from '../../kit/errors.ts'
import { checked } from '../../kit/http.ts'
import { sfuErrors } from '../api/errors.ts'
import { meetingRef } from '../api/identity.ts'
import { segmentDeletion, segmentOrder, segmentsPath, type SegmentOrder } from '../api/order.ts'
import type { Segments } from '../segment/segments.ts'
import type { Door, Knock } from './auth.ts'

/** Options of {@link serveSegments}. */
export interface SegmentRoutesOptions {
  readonly node: string
  readonly door: Door
  readonly segments: Segments
}

const named = meetingRef.pick({ namespace: true, name: true })

/** Peers that an order may not name: this node, and one twice. */
function checkPeers(order: SegmentOrder, node: string): void {
  const nodes = order.peers.map((peer) => peer.node)
  for (const [index, peer] of nodes.entries()) {
    const field = `body.peers[${index}].node`
    if (peer === node)
      throw commonErrors.raise.invalid({ what: `${field}: must not be the node that the order is for` }, { field })
    if (nodes.indexOf(peer) !== index) throw commonErrors.raise.invalid({ what: `${field}: must be named once only` }, { field })
  }
}

/** Serves orders to the operator, and who hosts what to operator and peers. */
export function serveSegments(app: FastifyInstance, { node, door, segments }: SegmentRoutesOptions): void {
  const one = `${segmentsPath}/:namespace/:name/:incarnation`

  /** The operator may ask of any meeting, a peer of its own. */
  async function mayAsk(request: Knock, meeting: { namespace: string; name: string }): Promise<void> {
    const claims = await door.peer(request).catch(() => undefined)
    if (claims?.meeting.namespace === meeting.namespace && claims.meeting.name === meeting.name) return
    await door.bearer(request, 'order')
  }

  app.route({
    method: 'GET',
    url: segmentsPath,
    async handler(request) {
      await door.bearer(request, 'order')
      return { segments: segments.all.map((segment) => segment.report()) }
    },
  })

  app.route({
    method: 'GET',
    url: `${segmentsPath}/:namespace/:name`,
    async handler(request) {
      const meeting = checked(named, request.params, 'path')
      await mayAsk(request, meeting)
      return { incarnations: segments.incarnations(meeting) }
    },
  })

  app.route({
    method: 'GET',
    url: one,
    async handler(request) {
      await door.bearer(request, 'order')
      const segment = segments.get(checked(meetingRef, request.params, 'path'))
      if (!segment) throw sfuErrors.raise.wrong_meeting({})
      return segment.report()
    },
  })

  app.route({
    method: 'PUT',
    url: one,
    ...door.opens('order'),
    async handler(request) {
      const meeting = checked(meetingRef, request.params, 'path')
      const order = checked(segmentOrder, request.body, 'body')
      checkPeers(order, node)
      return segments.put(meeting, order)
    },
  })

  app.route({
    method: 'DELETE',
    url: one,
    ...door.opens('order'),
    async handler(request, reply) {
      const meeting = checked(meetingRef, request.params, 'path')
      segments.delete(meeting, checked(segmentDeletion, request.query, 'query'))
      return reply.code(204).send()
    },
  })
}
