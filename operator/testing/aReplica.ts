import type { ServerResponse } from 'node:http'

import type { Clock } from '../../kit/clock.ts'
import { silentLog } from '../../kit/log.ts'
import { createMetrics } from '../../kit/metrics.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import type { MeetingName } from '../api/client.ts'
import type { MoveAnswer } from '../api/move.ts'
import type { PlacementAnswer, PlacementRequest } from '../api/placement.ts'
import type { Holder } from '../kube/lead/leaderTypes.ts'
import { Ledger } from '../ledger/ledger.ts'
import { operatorMetrics } from '../metrics.ts'
import { createChanges } from '../watch/changes.ts'
import { createForwarder } from '../service/forward.ts'
import { createPlacementServer } from '../service/placementServer.ts'
import { createBearers } from '../service/tokens.ts'
import { createTopologyFeed } from '../service/topologyFeed.ts'

/** The token that opens the namespace `demo` of a replica of a test. */
export const token = 'a-token-for-the-test'

/** What a test says of a replica. */
export interface Role {
  readonly leads: boolean
  readonly holder?: () => Holder | undefined
  readonly isWarm?: boolean
  /** By which it gives up waiting for the leader. Absent: one that stands still. */
  readonly clock?: Clock
  /** Absent: refused, with who answered whom. */
  readonly place?: (meeting: MeetingName, request: PlacementRequest) => Promise<PlacementAnswer>
  /** Absent: refused likewise. */
  readonly move?: (participant: string) => Promise<MoveAnswer>
}

/** A replica whose placements say who answered. */
export async function aReplica(name: string, role: Role) {
  const clock = role.clock ?? virtualClock()
  const metrics = createMetrics(operatorMetrics)
  const changes = createChanges()
  const forwarder = createForwarder({ holder: role.holder ?? (() => undefined), identity: name, clock, metrics })
  const refused = (who: string) => ({
    ...{ result: 'refused' as const, code: 'meeting_ended' as const },
    reason: `answered by ${name}: ${who}`,
  })
  const released: string[] = []
  const server = createPlacementServer({
    bearers: createBearers([
      { name: 'test', token, namespaces: ['demo'], verbs: ['place', 'release', 'move', 'explain', 'topology'] },
    ]),
    placer: {
      place: role.place ?? (async (_meeting, { participant }) => refused(participant)),
      release: (_meeting, participant) => void released.push(participant),
    },
    mover: { move: async (_meeting, participant) => (await role.move?.(participant)) ?? refused(participant) },
    explain: () => undefined,
    snapshot: () => undefined,
    feed: createTopologyFeed({ ledger: new Ledger(changes.events), changes, clock, turnUrls: [], epoch: () => 1 }),
    forwarder,
    leads: () => role.leads,
    isWarm: () => role.isWarm ?? true,
    clock,
    log: silentLog,
    metrics,
  })
  const seen = { requests: 0, hungUp: 0 }
  server.server.on('request', (_request, response: ServerResponse) => {
    seen.requests += 1
    response.once('close', () => (seen.hungUp += response.writableFinished ? 0 : 1))
  })
  const forwarded = async (result: string): Promise<number> => {
    const { values } = await metrics.forwarded.get()
    return values.find(({ labels }) => labels['result'] === result)?.value ?? 0
  }
  return {
    server,
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    /** How many requests came so far, and how many of those who asked did not wait for the answer. */
    seen,
    /** Who was released here. */
    released,
    /** How many requests it has passed on with this result. */
    forwarded,
    async close() {
      await server.close()
      await forwarder.close()
    },
  }
}

/** Who leads, as a Lease tells it. */
export const heldBy = (identity: string, address: string, fresh = true): Holder => ({ identity, address, epoch: 1, fresh })

/** A good placement of a participant. */
export const aRequest = (participant: string) => ({
  participant,
  displayName: participant,
  rights: { publish: [], subscribe: true, hidden: false },
  idempotencyKey: `the-key-of-${participant}`,
})

/** Asks a replica for a placement. */
export async function placeAt(url: string, body: unknown = aRequest('ann'), signal?: AbortSignal) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const path = '/v1/namespaces/demo/meetings/standup/placements'
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  })
  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? '',
    retryAfter: answer.headers.get('retry-after') ?? undefined,
    body: (await answer.json()) as Record<string, unknown>,
  }
}
