import { Agent, request, type Dispatcher } from 'undici'

import { eachChunk } from '../../kit/chunks.ts'
import type { Clock } from '../../kit/clock.ts'
import { Lines } from '../../kit/ndjson.ts'
import { moveAtMostMs } from '../effects/mover.ts'
import type { Holder } from '../kube/lead/leaderTypes.ts'
import type { OperatorMetrics } from '../metrics.ts'
import { answerAtMostBytes, answerOf, batchAtMost, batchOf, batchPath, type Answered, type BatchedRequest } from './batch.ts'
import { createGatherer, type Answers } from './gather.ts'

/** A request that is to be passed on. */
export interface Forwardable extends BatchedRequest {
  readonly method: string
  /** Path and query that it came by. */
  readonly url: string
  /** Whether it is to be passed on still; asked before it is sent. */
  readonly isWanted: () => boolean
}

/** Passes requests on to the leader. */
export interface Forwarder {
  /**
   * The leader's answer, or why there is none: no leader is known, or it did not answer in time and may have done what was asked. What comes while
   * others are on their way is passed on together, and each answer comes back when it is there.
   */
  forward(request: Forwardable): Promise<Answered | 'no_leader' | 'unanswered'>
  close(): Promise<void>
}

/** A leader that does not answer by then counts as gone: the client places by its fallback. */
const timeoutMs = 500
/** A move is answered once a media node has taken the order, and nobody does it by a fallback. */
const withinMs = ({ operation }: BatchedRequest): number => (operation === 'move' ? moveAtMostMs + timeoutMs : timeoutMs)
/** A request that was passed on once is answered or refused, never passed on again. */
export const forwardedHeader = 'x-parley-forwarded'
/** Requests that wait for the leader at once: what comes in half a second at five times what an operator places. */
const waitingAtMost = 10_000
/** Batches that are not answered whole: each holds a connection, for as long as one of its requests takes. */
const batchesAtMost = 32

/** A request in line, as the batch tells it. */
interface InLine {
  readonly request: Forwardable
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

  function send(
    url: string,
    what: { method: string; authorization: string | undefined; json: string | undefined; signal: AbortSignal },
  ): Promise<Dispatcher.ResponseData> {
    const { method, authorization, json, signal } = what
    return request(url, {
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
  }

  /** Of a leader that is older and knows no such batches, or that does not know the token of the first: the others have their own. */
  const answersOfEach =
    (baseUrl: string, items: readonly InLine[], signal: AbortSignal): Answers<Answered> =>
    async (hear) => {
      const sendOne = async ({ request: { method, url, authorization, body } }: InLine, index: number): Promise<void> => {
        const json = body === undefined || body === null ? undefined : JSON.stringify(body)
        const { statusCode: status, body: answer } = await send(`${baseUrl}${url}`, { method, authorization, json, signal })
        hear([index, { status, text: await answer.text() }])
      }
      await Promise.allSettled(items.map(sendOne))
    }

  const answersIn =
    (body: Dispatcher.ResponseData['body']): Answers<Answered> =>
    (hear) => {
      const lines = new Lines({ maxLineBytes: answerAtMostBytes })
      return eachChunk(body, (chunk) => {
        for (const line of lines.in(chunk)) hear(answerOf(line))
      })
    }

  async function sendBatch(items: readonly InLine[], signal: AbortSignal): Promise<Answers<Answered>> {
    const baseUrl = leaderUrl()
    if (baseUrl === undefined) throw new Error('no leader is known')
    const json = batchOf(items.map((item) => item.json))
    // The token of one of them opens the door; each is asked for with its own inside.
    const authorization = items[0]?.request.authorization
    const { statusCode, body } = await send(`${baseUrl}${batchPath}`, { method: 'POST', authorization, json, signal })
    if (statusCode === 200) return answersIn(body)
    await body.dump()
    if (statusCode === 404 || statusCode === 401) return answersOfEach(baseUrl, items, signal)
    throw new Error(`the leader answered a batch with ${statusCode}`)
  }

  const gatherer = createGatherer<InLine, Answered>({
    send: sendBatch,
    bytesOf: ({ json }) => Buffer.byteLength(json),
    isWanted: (item) => item.request.isWanted(),
    withinMs: (item) => withinMs(item.request),
    takenWithinMs: timeoutMs,
    atMost: { ...batchAtMost, waiting: waitingAtMost, batches: batchesAtMost },
    clock,
  })

  return {
    async forward(forwardable) {
      if (leaderUrl() === undefined) {
        metrics.forwarded.inc({ result: 'no_leader' })
        return 'no_leader'
      }
      const { operation, authorization, params, query, body } = forwardable
      const item: BatchedRequest = { operation, authorization, params, query, body }
      const answer = await gatherer.ask({ request: forwardable, json: JSON.stringify(item) })
      metrics.forwarded.inc({ result: answer === undefined ? 'unanswered' : 'answered' })
      return answer ?? 'unanswered'
    },
    close: () => dispatcher.destroy(),
  }
}
