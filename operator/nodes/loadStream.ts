import { z } from 'zod'

import { backoffMs } from '../../kit/backoff.ts'
import type { Clock } from '../../kit/clock.ts'
import { CodedError } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import type { LoadLine } from '../../sfu/api/load.ts'
import type { NodeClient } from '../../sfu/api/nodeClient.ts'
import type { OperatorMetrics } from '../metrics.ts'
import { Lateness } from './lateness.ts'
import { StreamBudget } from './streamBudget.ts'
import { whyUnanswered } from './whyUnanswered.ts'

/** Where the words of media nodes go. */
export interface Listener {
  /** `late`: it was sent so long ago that it is no sign of life. What of the line cannot be true, in words; undefined where it may be. */
  hear(node: string, line: LoadLine, how: { readonly late: boolean }): string | undefined
  /** The address refused a connection. */
  refused(node: string): void
  /** A try to hear the node failed: why, for people. */
  unanswered(node: string, why: string): void
  /** The agent at the node's address is not to be believed: why, for people. */
  fault(node: string, why: string): void
}

/** What {@link runLoadStream} needs. */
export interface LoadStreamOptions {
  readonly node: string
  readonly url: string
  readonly client: Pick<NodeClient, 'loadStream'>
  readonly listener: Listener
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly metrics: OperatorMetrics
  /** One before it was lost, which was told then. */
  readonly wasLost?: boolean
}

/** A node that restarts is heard again within half a second; one that stays away is asked twice in three seconds. */
const reconnect = { firstMs: 200, maxMs: 2_000 }
/** An agent that is not to be believed is asked again rarely: a person has to change something. */
const afterFaultMs = 15_000

/** What broke the contract; not a fault of the network. */
class Disbelief extends Error {
  override readonly name = 'Disbelief'
}

/** The line, if it may be believed: the first one introduces the node by the name that it was dialled for. */
function believed(line: LoadLine, expected: { node: string; url: string; first: boolean }): LoadLine {
  if (expected.first !== (line.type === 'hello'))
    throw new Disbelief(`the agent at ${expected.url} does not begin its load stream with one hello`)
  if (line.type === 'hello' && line.node !== expected.node) {
    throw new Disbelief(`the agent at ${expected.url} calls itself ${line.node}, not ${expected.node}`)
  }
  return line
}

function causeOf(thrown: unknown): unknown {
  return thrown instanceof CodedError ? thrown.cause : thrown
}

/** Why the stream is not to be believed, for people; undefined where it merely broke. */
function faultOf(thrown: unknown, url: string): string | undefined {
  const cause = causeOf(thrown)
  if (cause instanceof Disbelief) return cause.message
  if (cause instanceof z.ZodError) {
    const [issue] = cause.issues
    return `the agent at ${url} sent a line that breaks the contract: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`
  }
  if (cause instanceof Error && cause.message.startsWith('a line of more than'))
    return `the agent at ${url} sent ${cause.message}`
  if (cause instanceof SyntaxError) return `the agent at ${url} sent a line that is not JSON`
  return undefined
}

const wasRefused = (thrown: unknown): boolean => {
  const cause = causeOf(thrown)
  return cause instanceof Error && (cause as NodeJS.ErrnoException).code === 'ECONNREFUSED'
}

/**
 * Listens to one media node until `signal` aborts: dials, hears, dials again. A line that breaks the contract ends the stream and is
 * told as a fault; a refused connection is told as the sign that it is. Never rejects.
 */
export async function runLoadStream(options: LoadStreamOptions, signal: AbortSignal): Promise<void> {
  const { node, url, client, listener, clock, random, log, metrics } = options
  const budget = new StreamBudget(clock)
  let attempt = options.wasLost === true ? 1 : 0

  /** Ends the stream of an agent that sends too much. */
  function count(what: 'lines' | 'bytes', amount: number): void {
    const over = budget.take(what, amount)
    if (over !== undefined) throw new Disbelief(`the agent at ${url} sends ${over}`)
  }

  async function listen(): Promise<void> {
    let live = false
    const lateness = new Lateness()
    try {
      for await (const line of client.loadStream(signal, count)) {
        const late = lateness.isLate(line, clock.monotonicMs())
        const doubt = listener.hear(node, believed(line, { node, url, first: !live }), { late })
        if (doubt !== undefined) throw new Disbelief(`the agent at ${url} ${doubt}`)
        if (!live) {
          live = true
          attempt = 0
          metrics.loadStreams.inc()
          log.info({ node, url }, 'load stream live')
        }
      }
    } finally {
      if (live) metrics.loadStreams.dec()
    }
  }

  /** How long to wait before dialling again. */
  function afterEnd(thrown: unknown): number {
    attempt += 1
    const why = faultOf(thrown, url)
    if (why !== undefined) {
      metrics.loadLinesRefused.inc()
      log.error({ node, url, reason: why }, 'media node is not to be believed')
      listener.fault(node, why)
      return afterFaultMs * (0.75 + random() / 2)
    }
    if (wasRefused(thrown)) listener.refused(node)
    const met = whyUnanswered(thrown)
    if (met !== undefined) listener.unanswered(node, met)
    if (attempt === 1) log.warn({ node, url, err: thrown }, 'load stream lost')
    return backoffMs(reconnect, attempt, random)
  }

  while (!signal.aborted) {
    let ended: unknown
    try {
      await listen()
    } catch (thrown) {
      ended = thrown
    }
    if (signal.aborted) return
    await clock.sleep(afterEnd(ended), signal).catch(() => undefined)
  }
}
