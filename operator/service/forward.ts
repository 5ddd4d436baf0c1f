import { Agent, request } from 'undici'

import { withinTime } from '../../kit/abort.ts'
import type { Clock } from '../../kit/clock.ts'
import type { Holder } from '../kube/leaderTypes.ts'
import type { OperatorMetrics } from '../metrics.ts'
import { answersOf, batchAtMost, batchOf, batchPath, type Answered, type BatchedPlacement } from './batch.ts'
import { createGatherer } from './gather.ts'

/** A request as it came in, to be passed on as it is. */
export interface Forwardable {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Path and query. */
  readonly url: string
  readonly authorization: string | undefined
  readonly body: unknown
}

/** What the leader answered, to be passed back as it is. */
export interface Forwarded extends Answered {
  readonly contentType: string
}

/** A placement that is to be passed on. */
export interface ForwardedPlacement extends BatchedPlacement {
  /** Path and query that it came by. */
  readonly url: string
  /** Whether whoever asked has hung up. */
  readonly isGone: () => boolean
}

/** Passes requests on to the leader. */
export interface Forwarder {
  /** The leader's answer; undefined where no leader is known or none answers in time. */
  forward(request: Forwardable): Promise<Forwarded | undefined>
  /** The same for a placement. Those that come while others are under way are passed on together. */
  place(placement: ForwardedPlacement): Promise<Answered | undefined>
  close(): Promise<void>
}

/** A leader that does not answer by then counts as gone: the client places by its fallback. */
const timeoutMs = 500
/** A request that was passed on once is answered or refused, never passed on again. */
export const forwardedHeader = 'x-parley-forwarded'
/** Placements that wait for the leader at once: what comes in half a second at five times what an operator places. */
const waitingAtMost = 10_000

/** A placement in line, as the batch tells it. */
interface InLine {
  readonly placement: ForwardedPlacement
  readonly json: string
}

/** Makes the forwarder of the replica `identity`. `holder` is who leads, as the Lease says. */
export function createForwarder(options: {
  holder: () => Holder | undefined
  identity: string
  clock: Clock
  metrics: OperatorMetrics
  ca?: string | undefined
}): Forwarder {
  const { holder, identity, clock, metrics } = options
  const dispatcher = new Agent({ connect: { timeout: timeoutMs, ...(options.ca === undefined ? {} : { ca: options.ca }) } })

  function leaderUrl(): string | undefined {
    const leader = holder()
    return leader?.fresh === true && leader.identity !== identity ? leader.address : undefined
  }

  async function send(
    url: string,
    {
      method,
      authorization,
      json,
      signal,
    }: Pick<Forwardable, 'method' | 'authorization'> & { json?: string; signal: AbortSignal },
  ): Promise<Forwarded> {
    const response = await request(url, {
      dispatcher,
      method,
      headers: {
        [forwardedHeader]: '1',
        ...(authorization === undefined ? {} : { authorization }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(json === undefined ? {} : { body: json }),
      signal,
    })
    const contentType = String(response.headers['content-type'] ?? 'application/json')
    return { status: response.statusCode, contentType, text: await response.body.text() }
  }

  type Answers = readonly (Answered | undefined)[]

  /** To a leader that is older and knows no batches. */
  function sendEach(baseUrl: string, items: readonly InLine[], signal: AbortSignal): Promise<Answers> {
    const each = items.map(async ({ placement: { url, authorization, body } }) => {
      const sent = send(`${baseUrl}${url}`, { method: 'POST', authorization, json: JSON.stringify(body), signal })
      return sent.catch(() => undefined)
    })
    return Promise.all(each)
  }

  async function sendBatch(items: readonly InLine[], signal: AbortSignal): Promise<Answers> {
    const baseUrl = leaderUrl()
    if (baseUrl === undefined) throw new Error('no leader is known')
    const json = batchOf(items.map((item) => item.json))
    const { status, text } = await send(`${baseUrl}${batchPath}`, { method: 'POST', authorization: undefined, json, signal })
    if (status === 404) return sendEach(baseUrl, items, signal)
    if (status !== 200) throw new Error(`the leader answered a batch with ${status}`)
    return answersOf(text)
  }

  const placements = createGatherer<InLine, Answered>({
    send: sendBatch,
    bytesOf: ({ json }) => Buffer.byteLength(json),
    isWanted: ({ placement }) => !placement.isGone(),
    timeoutMs,
    atMost: { ...batchAtMost, waiting: waitingAtMost },
    clock,
  })

  function counted<Answer>(answer: Answer | undefined): Answer | undefined {
    metrics.forwarded.inc({ result: answer === undefined ? 'unanswered' : 'answered' })
    return answer
  }

  /** What `ask` answers, where there is a leader to ask. */
  async function asked<Answer>(ask: (baseUrl: string) => Promise<Answer | undefined>): Promise<Answer | undefined> {
    const baseUrl = leaderUrl()
    if (baseUrl !== undefined) return counted(await ask(baseUrl).catch(() => undefined))
    metrics.forwarded.inc({ result: 'no_leader' })
    return undefined
  }

  return {
    forward: ({ method, url, authorization, body }) =>
      asked((baseUrl) => {
        const json = body === undefined || body === null ? {} : { json: JSON.stringify(body) }
        return withinTime({ timeoutMs }, (signal) => send(`${baseUrl}${url}`, { method, authorization, ...json, signal }))
      }),
    place: (placement) =>
      asked(() => {
        const { authorization, namespace, name, body } = placement
        const item: BatchedPlacement = { authorization, namespace, name, body }
        return placements.ask({ placement, json: JSON.stringify(item) })
      }),
    close: () => dispatcher.destroy(),
  }
}
