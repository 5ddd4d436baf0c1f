import { Agent, request } from 'undici'

import { withinTime } from '../../kit/abort.ts'
import { CodedError, commonErrors } from '../../kit/errors.ts'
import { readNdjson } from '../../kit/ndjson.ts'
import { errorOfProblem } from '../../kit/problem.ts'

/** One request to one operator. */
export interface OperatorCall {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** How a client reaches operators; a test brings its own. Errors are coded: `unavailable` or `timeout` where no answer came. */
export interface OperatorHttp {
  /** The JSON of a good answer; undefined where it has no body. */
  call(baseUrl: string, call: OperatorCall): Promise<unknown>
  /** A stream of JSON values that ends with an error or with `signal`. */
  lines(baseUrl: string, path: string, signal: AbortSignal): AsyncIterable<unknown>
  close(): Promise<void>
}

/** A topology of 10,000 nodes and 50,000 meetings is about 15 MB. */
const maxLineBytes = 64 * 1024 * 1024
const connectTimeoutMs = 1_000
/** Above the topology's beat; the reader has a watchdog of its own. */
const bodyTimeoutMs = 30_000

/** What kept an answer from coming, as a coded error. The caller's own abort stays what it is. */
function unanswered(thrown: unknown, call: { timeoutMs: number; signal?: AbortSignal | undefined }): unknown {
  if (thrown instanceof CodedError || call.signal?.aborted === true) return thrown
  if (thrown instanceof DOMException && thrown.name === 'TimeoutError') {
    return commonErrors.raise.timeout({ what: 'the operator', timeoutMs: call.timeoutMs }, { cause: thrown })
  }
  return commonErrors.raise.unavailable({ what: 'The operator' }, { cause: thrown })
}

async function jsonOf(response: Awaited<ReturnType<typeof request>>): Promise<unknown> {
  const text = await response.body.text()
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  } catch (cause) {
    if (response.statusCode >= 400) return undefined
    throw commonErrors.raise.unavailable({ what: 'The operator' }, { cause })
  }
}

/** Reaches operators over HTTP with a pool of kept connections. `bearer` is asked for each request, so that a token may rotate. */
export function createOperatorHttp(options: { bearer: () => string; ca?: string }): OperatorHttp {
  const agent = new Agent({
    connect: { timeout: connectTimeoutMs, ...(options.ca === undefined ? {} : { ca: options.ca }) },
    bodyTimeout: bodyTimeoutMs,
  })
  const send = (baseUrl: string, call: OperatorCall): ReturnType<typeof request> =>
    request(`${baseUrl}${call.path}`, {
      dispatcher: agent,
      method: call.method,
      headers: {
        authorization: `Bearer ${options.bearer()}`,
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: call.signal ?? null,
    })

  return {
    async call(baseUrl, call) {
      try {
        return await withinTime(call, async (signal) => {
          const response = await send(baseUrl, { ...call, signal })
          const body = await jsonOf(response)
          if (response.statusCode >= 400) throw errorOfProblem(response.statusCode, body)
          return body
        })
      } catch (thrown) {
        throw unanswered(thrown, call)
      }
    },
    async *lines(baseUrl, path, signal) {
      const response = await send(baseUrl, { method: 'GET', path, timeoutMs: 0, signal })
      if (response.statusCode >= 400) throw errorOfProblem(response.statusCode, await jsonOf(response))
      yield* readNdjson(response.body, { maxLineBytes })
    },
    close: () => agent.destroy(),
  }
}
