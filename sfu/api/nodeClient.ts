import { request, type Dispatcher } from 'undici'
import type { z } from 'zod'

import { withinTime } from '../../kit/abort.ts'
import { eachChunk } from '../../kit/chunks.ts'
import type { Clock } from '../../kit/clock.ts'
import { CodedError, commonErrors } from '../../kit/errors.ts'
import { lineReader } from '../../kit/lineReader.ts'
import { readNdjson } from '../../kit/ndjson.ts'
import { errorOfProblem } from '../../kit/problem.ts'
import { addressesPath, announcedAddresses, type AddressOrder } from './addresses.ts'
import { drainPath, drainReport, type DrainOrder, type DrainReport } from './drain.ts'
import { dumpPath, nodeDump, type NodeDump } from './dump.ts'
import type { MeetingRef } from './identity.ts'
import { loadLine, loadPath, loadStaleAfterMs, maxLoadLineBytes, type LoadLine } from './load.ts'
import { probeAnswer, probePath, type Probe } from './probe.ts'
import { movePath, moveReport, type MoveOrder, type MoveReport } from './move.ts'
import {
  hostedIncarnations,
  hostedPath,
  segmentList,
  segmentPath,
  segmentReport,
  segmentsPath,
  type SegmentDeletion,
  type SegmentOrder,
  type SegmentReport,
} from './order.ts'

/** Options of {@link createNodeClient}. */
export interface NodeClientOptions {
  /** Base URL of the media node's agent. */
  readonly url: string
  /** Makes the bearer of one call: an `order` token, or the `peer` token where a node asks a node. */
  readonly bearer: () => Promise<string>
  readonly clock: Clock
  /** How long a call may take; default 5 s. */
  readonly timeoutMs?: number
  /** Connections to share, and their TLS settings; undici's global ones when absent. */
  readonly dispatcher?: Dispatcher
}

/**
 * The agent of one media node, as the operator and other media nodes call it. Calls reject with the agent's own coded errors, with
 * `timeout` when it does not answer and with `unavailable` when it cannot be reached; `AbortError` reasons of `signal` pass through.
 */
export interface NodeClient {
  /** Orders this node's part of a meeting; idempotent. Answers what the segment is then. */
  putSegment(meeting: MeetingRef, order: SegmentOrder, signal?: AbortSignal): Promise<SegmentReport>
  /** Closes a segment. One that is not there is closed already: no error. */
  deleteSegment(meeting: MeetingRef, deletion: SegmentDeletion, signal?: AbortSignal): Promise<void>
  /** One segment; undefined where the node does not host it. */
  getSegment(meeting: MeetingRef, signal?: AbortSignal): Promise<SegmentReport | undefined>
  getSegments(signal?: AbortSignal): Promise<readonly SegmentReport[]>
  /** The incarnations of a meeting that the node hosts. */
  hostedIncarnations(meeting: { namespace: string; name: string }, signal?: AbortSignal): Promise<readonly string[]>
  /** Orders a drain, or that it be over; idempotent. Answers how far it is. */
  putDrain(order: DrainOrder, signal?: AbortSignal): Promise<DrainReport>
  /** Tells one participant to go to another node; idempotent. */
  postMove(order: MoveOrder, signal?: AbortSignal): Promise<MoveReport>
  /** Tells the node what to tell clients; idempotent. Answers what it tells them then. */
  putAddresses(order: AddressOrder, signal?: AbortSignal): Promise<readonly string[]>
  /** Makes ICE ends for a check of reachability. */
  probe(signal?: AbortSignal): Promise<readonly Probe[]>
  /** What its media processes hold, by their own word. */
  dump(signal?: AbortSignal): Promise<NodeDump>
  /**
   * The load stream: `hello` first, then lines as they come. Ends with an error when the stream breaks, is silent for
   * {@link loadStaleAfterMs} or carries a line that does not fit the contract; ends quietly when `signal` aborts. Lines of kinds that are not
   * known yet are passed over. `received` is told how many bytes and lines came, those too, before anything is made of them; what it throws
   * ends the stream.
   */
  loadStream(signal: AbortSignal, received?: (what: 'bytes' | 'lines', count: number) => void): AsyncIterable<LoadLine>
}

const defaultTimeoutMs = 5_000
const readLine = lineReader(loadLine)

interface Call<Schema extends z.ZodType> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: unknown
  readonly answer?: Schema
  readonly signal: AbortSignal | undefined
}

/** The value of a body, undefined where it is none. A body that is longer than any answer is an error, and not read to its end. */
async function jsonOf(body: Dispatcher.ResponseData['body']): Promise<unknown> {
  const parts: Uint8Array[] = []
  let bytes = 0
  await eachChunk(body, (part) => {
    bytes += part.length
    if (bytes > maxLoadLineBytes) throw new Error(`an answer of more than ${maxLoadLineBytes} bytes`)
    parts.push(part)
  })
  const text = Buffer.concat(parts).toString()
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}

/** Makes a {@link NodeClient}. */
export function createNodeClient(options: NodeClientOptions): NodeClient {
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
  const connection = options.dispatcher ? { dispatcher: options.dispatcher } : {}

  /** What a failed call means; a caller's own abort stays what it was. */
  function failure(thrown: unknown, signal: AbortSignal | undefined): unknown {
    if (thrown instanceof CodedError || signal?.aborted) return thrown
    if (thrown instanceof Error && thrown.name === 'TimeoutError') {
      return commonErrors.raise.timeout({ what: 'the media node', timeoutMs }, { cause: thrown })
    }
    return commonErrors.raise.unavailable({ what: 'The media node' }, { cause: thrown })
  }

  async function send<Schema extends z.ZodType>(what: Call<Schema>, within: AbortSignal): Promise<unknown> {
    const response = await request(`${options.url}${what.path}`, {
      ...connection,
      method: what.method,
      headers: {
        authorization: `Bearer ${await options.bearer()}`,
        ...(what.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(what.query === undefined ? {} : { query: what.query }),
      ...(what.body === undefined ? {} : { body: JSON.stringify(what.body) }),
      signal: within,
    })
    const body = await jsonOf(response.body)
    if (response.statusCode >= 400) throw errorOfProblem(response.statusCode, body)
    return body
  }

  async function call<Schema extends z.ZodType>(what: Call<Schema>): Promise<z.output<Schema>> {
    try {
      const body = await withinTime({ timeoutMs, signal: what.signal }, (within) => send(what, within))
      return what.answer?.parse(body) as z.output<Schema>
    } catch (thrown) {
      throw failure(thrown, what.signal)
    }
  }

  /** The bytes of a stream; rejects when none come for {@link loadStaleAfterMs}. */
  async function* watched(
    body: Dispatcher.ResponseData['body'],
    received: (bytes: number) => void,
  ): AsyncGenerator<Uint8Array, void> {
    const arm = (): { cancel(): void } =>
      options.clock.after(loadStaleAfterMs, () => {
        body.destroy(commonErrors.raise.timeout({ what: 'the load stream', timeoutMs: loadStaleAfterMs }))
      })
    let silence = arm()
    try {
      for await (const chunk of body) {
        silence.cancel()
        silence = arm()
        received((chunk as Uint8Array).length)
        yield chunk as Uint8Array
      }
    } finally {
      silence.cancel()
    }
  }

  async function openLoadStream(signal: AbortSignal): Promise<Dispatcher.ResponseData['body']> {
    const opening = new AbortController()
    const deadline = options.clock.after(timeoutMs, () =>
      opening.abort(commonErrors.raise.timeout({ what: 'the media node', timeoutMs })),
    )
    try {
      const response = await request(`${options.url}${loadPath}`, {
        ...connection,
        method: 'GET',
        headers: { authorization: `Bearer ${await options.bearer()}` },
        signal: AbortSignal.any([signal, opening.signal]),
        bodyTimeout: 0,
      })
      if (response.statusCode >= 400) throw errorOfProblem(response.statusCode, await jsonOf(response.body))
      return response.body
    } finally {
      deadline.cancel()
    }
  }

  return {
    putSegment: (meeting, order, signal) =>
      call({ method: 'PUT', path: segmentPath(meeting), body: order, answer: segmentReport, signal }),
    async deleteSegment(meeting, deletion, signal) {
      await call({ method: 'DELETE', path: segmentPath(meeting), query: { ...deletion }, signal })
    },
    async getSegment(meeting, signal) {
      try {
        return await call({ method: 'GET', path: segmentPath(meeting), answer: segmentReport, signal })
      } catch (error) {
        if (error instanceof CodedError && error.code === 'wrong_meeting') return undefined
        throw error
      }
    },
    getSegments: async (signal) => (await call({ method: 'GET', path: segmentsPath, answer: segmentList, signal })).segments,
    hostedIncarnations: async (meeting, signal) =>
      (await call({ method: 'GET', path: hostedPath(meeting), answer: hostedIncarnations, signal })).incarnations,
    putDrain: (order, signal) => call({ method: 'PUT', path: drainPath, body: order, answer: drainReport, signal }),
    postMove: (order, signal) => call({ method: 'POST', path: movePath, body: order, answer: moveReport, signal }),
    putAddresses: async (order, signal) =>
      (await call({ method: 'PUT', path: addressesPath, body: order, answer: announcedAddresses, signal })).addresses,
    probe: async (signal) => (await call({ method: 'POST', path: probePath, answer: probeAnswer, signal })).probes,
    dump: (signal) => call({ method: 'GET', path: dumpPath, answer: nodeDump, signal }),
    async *loadStream(signal, received = () => undefined) {
      try {
        const body = await openLoadStream(signal)
        const bytes = watched(body, (count) => received('bytes', count))
        for await (const value of readNdjson(bytes, { maxLineBytes: maxLoadLineBytes })) {
          received('lines', 1)
          const line = readLine(value)
          if (line !== undefined) yield line
        }
      } catch (thrown) {
        if (signal.aborted) return
        throw failure(thrown, undefined)
      }
      if (!signal.aborted) throw commonErrors.raise.unavailable({ what: 'The load stream' })
    },
  }
}
