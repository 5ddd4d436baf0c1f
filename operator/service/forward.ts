import { Agent, request } from 'undici'

import type { Holder } from '../kube/leaderTypes.ts'
import type { OperatorMetrics } from '../metrics.ts'

/** A request as it came in, to be passed on as it is. */
export interface Forwardable {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Path and query. */
  readonly url: string
  readonly authorization: string | undefined
  readonly body: unknown
}

/** What the leader answered, to be passed back as it is. */
export interface Forwarded {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

/** Passes requests on to the leader. */
export interface Forwarder {
  /** The leader's answer; undefined where no leader is known or none answers in time. */
  forward(request: Forwardable): Promise<Forwarded | undefined>
  close(): Promise<void>
}

/** A leader that does not answer by then counts as gone: the client places by its fallback. */
const timeoutMs = 500
/** A request that was passed on once is answered or refused, never passed on again. */
export const forwardedHeader = 'x-parley-forwarded'

/** Makes the forwarder of the replica `identity`. `holder` is who leads, as the Lease says. */
export function createForwarder(options: {
  holder: () => Holder | undefined
  identity: string
  metrics: OperatorMetrics
  ca?: string | undefined
}): Forwarder {
  const { holder, identity, metrics } = options
  const dispatcher = new Agent({ connect: { timeout: timeoutMs, ...(options.ca === undefined ? {} : { ca: options.ca }) } })

  function leaderUrl(): string | undefined {
    const leader = holder()
    return leader?.fresh === true && leader.identity !== identity ? leader.address : undefined
  }

  async function send(baseUrl: string, { method, url, authorization, body }: Forwardable): Promise<Forwarded> {
    const response = await request(`${baseUrl}${url}`, {
      dispatcher,
      method,
      headers: {
        [forwardedHeader]: '1',
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined || body === null ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined || body === null ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const contentType = String(response.headers['content-type'] ?? 'application/json')
    return { status: response.statusCode, contentType, text: await response.body.text() }
  }

  return {
    async forward(what) {
      const baseUrl = leaderUrl()
      if (baseUrl === undefined) {
        metrics.forwarded.inc({ result: 'no_leader' })
        return undefined
      }
      try {
        const answer = await send(baseUrl, what)
        metrics.forwarded.inc({ result: 'answered' })
        return answer
      } catch {
        metrics.forwarded.inc({ result: 'unanswered' })
        return undefined
      }
    },
    close: () => dispatcher.destroy(),
  }
}
