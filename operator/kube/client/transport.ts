import type { Agent, Dispatcher } from 'undici'

import { withinTime } from '../../../kit/abort.ts'
import { backoffMs } from '../../../kit/backoff.ts'
import type { Clock } from '../../../kit/clock.ts'
import { errorOfAnswer, errorOfTransport, retryAfterMs, writes } from './apiAnswer.ts'
import { ApiError, isApiError } from './apiError.ts'
import type { ApiTimes, Connections, ConnectionSource } from './connections.ts'

/** One request to the API server. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  readonly contentType?: string
  readonly timeoutMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Requests with credentials, time limits, bounded retries and typed errors. */
export interface Transport {
  /** The JSON of the answer. */
  call(request: ApiRequest): Promise<unknown>
  /** The bytes of an answer that does not end by itself. */
  stream(request: ApiRequest & { readonly signal: AbortSignal }): Promise<AsyncIterable<Uint8Array>>
}

const retryBackoff = { firstMs: 100, maxMs: 2_000 }
const retriesAtMost = 3
/** A server that wants a longer pause than this gets it from the caller, who has better things to do meanwhile. */
const patienceMs = 5_000

/** Whether to ask once more: a read after any passing fault, a write only if the server surely did not begin it. */
function repeatable(method: string, error: ApiError): boolean {
  if (error.reason === 'tooManyRequests') return true
  if (writes(method)) return error.reason === 'network' && !error.ambiguous
  return ['network', 'timeout', 'unavailable', 'badResponse'].includes(error.reason)
}

function pathWith({ path, query = {} }: ApiRequest, access: string): string {
  const entries = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const search = entries.length > 0 ? `?${new URLSearchParams(entries).toString()}` : ''
  return `${new URL(access).pathname.replace(/\/$/, '')}${path}${search}`
}

function send(connections: Connections, agent: Agent, request: ApiRequest): Promise<Dispatcher.ResponseData> {
  const { url, headers } = connections.access
  return agent.request({
    origin: new URL(url).origin,
    path: pathWith(request, url),
    method: request.method,
    headers: {
      accept: 'application/json',
      'user-agent': 'parley',
      ...headers,
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
    },
    body: request.body === undefined ? null : JSON.stringify(request.body),
    ...(request.signal ? { signal: request.signal } : {}),
  })
}

/** Makes the transport to one API server. `random` yields [0, 1). */
export function createTransport(options: {
  connections: ConnectionSource
  times: ApiTimes
  clock: Clock
  random: () => number
}): Transport {
  const { connections, times, clock, random } = options

  async function accepted(request: ApiRequest, answer: Dispatcher.ResponseData): Promise<Dispatcher.ResponseData['body']> {
    if (answer.statusCode < 300) return answer.body
    const header = answer.headers['retry-after']
    const wait = retryAfterMs(Array.isArray(header) ? header[0] : header, clock.nowMs())
    throw errorOfAnswer(request, answer.statusCode, { text: await answer.body.text(), retryAfterMs: wait })
  }

  async function once(request: ApiRequest, reload: boolean): Promise<unknown> {
    try {
      const held = await connections.current({ reload })
      const time = { timeoutMs: request.timeoutMs ?? times.callTimeoutMs, signal: request.signal }
      return await withinTime(time, async (signal) => {
        const body = await accepted(request, await send(held, held.calls, { ...request, signal }))
        return body.json()
      })
    } catch (thrown) {
      request.signal?.throwIfAborted()
      throw errorOfTransport(request, thrown)
    }
  }

  /** What to do about a failed attempt: wait so long and ask again, or give up. */
  function verdict(request: ApiRequest, error: ApiError, attempt: number): number | 'giveUp' {
    const waitMs = Math.max(backoffMs(retryBackoff, attempt, random), error.retryAfterMs ?? 0)
    return repeatable(request.method, error) && attempt <= retriesAtMost && waitMs <= patienceMs ? waitMs : 'giveUp'
  }

  async function withRetries(request: ApiRequest, reload: boolean): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(request, reload)
      } catch (thrown) {
        const waitMs = thrown instanceof ApiError ? verdict(request, thrown, attempt) : 'giveUp'
        if (waitMs === 'giveUp') throw thrown
        await clock.sleep(waitMs, request.signal)
      }
    }
  }

  return {
    async call(request) {
      try {
        return await withRetries(request, false)
      } catch (thrown) {
        if (!isApiError(thrown, 'unauthorized')) throw thrown
        return withRetries(request, true) // Tokens rotate: read everything again and try once more.
      }
    },

    async stream(request) {
      try {
        const held = await connections.current()
        return await accepted(request, await send(held, held.watches, request))
      } catch (thrown) {
        request.signal.throwIfAborted()
        const error = errorOfTransport(request, thrown)
        if (error.reason === 'unauthorized') await connections.current({ reload: true }).catch(() => undefined)
        throw error
      }
    },
  }
}
