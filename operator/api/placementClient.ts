import type { z } from 'zod'

import type { Clock } from '../../kit/clock.ts'
import { CodedError, commonErrors } from '../../kit/errors.ts'
import type { MintUlid } from '../../kit/ids.ts'
import type { SigningKey } from '../../kit/keys.ts'
import type { Log } from '../../kit/log.ts'
import type { MeetingName, PlacementClient } from './client.ts'
import { placementErrors } from './errors.ts'
import { chooseByFallback } from './fallback.ts'
import { signFallback } from './fallbackGrant.ts'
import { fallbackIncarnation } from './fallbackIncarnation.ts'
import { moveAnswer } from './move.ts'
import { createOperatorCalls } from './operatorCalls.ts'
import { createOperatorHttp, type OperatorHttp } from './operatorHttp.ts'
import { createOwnPlacements } from './ownPlacements.ts'
import { explanation, placementAnswer, type PlacementAnswer, type PlacementRequest } from './placement.ts'
import type { Topology } from './topology.ts'
import { createTopologyReader } from './topologyReader.ts'

/** Options of {@link createPlacementClient}. */
export interface PlacementClientOptions {
  /** Base URLs of the operators, tried in turn. */
  readonly urls: readonly string[]
  /** The placement token, asked for each request. */
  readonly bearer: () => string
  /** The key that fallback grants are signed with; without it nothing is placed while no operator answers. */
  readonly signingKey?: SigningKey | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly mintUlid: MintUlid
  readonly log: Log
  /** PEM of the authority that signed the operators' certificates. */
  readonly ca?: string | undefined
  /** A topology from before this process, for instance from Redis. */
  readonly initialTopology?: Topology | undefined
  /** Another way to reach operators; for tests. */
  readonly http?: OperatorHttp | undefined
}

/** When to try again where no node takes anybody: a new leader is there within seconds; spread, so that not all come back at once. */
const tryAfterMs = { least: 1_000, jitter: 2_000 }

const pathOf = ({ namespace, name }: MeetingName): string => `/v1/namespaces/${namespace}/meetings/${name}`

/** Checks an answer; one that does not fit counts as none, so that another operator or the fallback goes on. */
function answerOf<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw commonErrors.raise.unavailable({ what: 'The operator' }, { cause: parsed.error })
  return parsed.data
}

/**
 * The placement client: the operators' HTTP API with bounded retries, a topology that follows their stream, and the rendezvous
 * fallback for placements that no operator answers within about two seconds.
 */
export function createPlacementClient(options: PlacementClientOptions): PlacementClient {
  const { urls, clock, random, log, mintUlid } = options
  const http =
    options.http ?? createOperatorHttp({ bearer: options.bearer, ...(options.ca === undefined ? {} : { ca: options.ca }) })
  const calls = createOperatorCalls({ urls, http, clock, random })
  const listeners = new Set<(topology: Topology) => void>()
  const stopping = new AbortController()
  const own = createOwnPlacements(clock)
  const reader = createTopologyReader({
    urls,
    http,
    clock,
    random,
    log,
    initial: options.initialTopology,
    onChange(topology) {
      own.told(topology)
      for (const listener of listeners) listener(topology)
    },
  })
  const running = reader.run(stopping.signal)

  async function placeByFallback(meeting: MeetingName, request: PlacementRequest, why: CodedError): Promise<PlacementAnswer> {
    const told = reader.current()
    if (options.signingKey === undefined) throw why
    if (told === undefined) throw placementErrors.raise.no_snapshot({}, { cause: why })
    const topology = own.completed(told, meeting)
    const choice = chooseByFallback({ topology, meeting, nowMs: clock.nowMs(), request })
    if (choice.result === 'refused') return choice
    if (choice.result === 'tryAfter')
      return { ...choice, retryAfterMs: Math.round(tryAfterMs.least + random() * tryAfterMs.jitter) }
    const { namespace, name } = meeting
    const known = topology.meetings.find((each) => each.namespace === namespace && each.name === name)
    const incarnation = choice.incarnation ?? fallbackIncarnation(meeting, { epoch: topology.epoch, nowMs: clock.nowMs() })
    own.remember({ meeting: { namespace, name, incarnation }, node: choice.node.name })
    log.info({ namespace, meeting: name, incarnation, node: choice.node.name, code: why.code }, 'placed by fallback')
    return signFallback(options.signingKey, {
      choice,
      meeting: { namespace, name, incarnation },
      request,
      attachment: mintUlid(request.replaces),
      maxParticipants: known?.maxParticipants,
      standing: (known?.nodes.length ?? 0) > 0,
      turnUrls: topology.turnUrls,
      nowMs: clock.nowMs(),
    })
  }

  return {
    async place(meeting, request, signal) {
      try {
        const body = await calls.ask({ method: 'POST', path: `${pathOf(meeting)}/placements`, body: request, signal })
        const answer = answerOf(placementAnswer, body)
        if (answer.result === 'placed') own.remember(answer)
        return answer
      } catch (thrown) {
        if (!(thrown instanceof CodedError) || thrown.retry === 'never') throw thrown
        return placeByFallback(meeting, request, thrown)
      }
    },
    async release(meeting, participant, attachment) {
      const path = `${pathOf(meeting)}/placements/${encodeURIComponent(participant)}?attachment=${attachment}`
      try {
        await calls.ask({ method: 'DELETE', path, signal: stopping.signal })
      } catch (err) {
        log.debug({ namespace: meeting.namespace, meeting: meeting.name, attachment, err }, 'release was not heard')
      }
    },
    async move(meeting, { participant, ...request }, signal) {
      const path = `${pathOf(meeting)}/placements/${encodeURIComponent(participant)}/move`
      return answerOf(moveAnswer, await calls.ask({ method: 'POST', path, body: request, signal }))
    },
    async explain(meeting, signal) {
      return answerOf(explanation, await calls.ask({ method: 'GET', path: `${pathOf(meeting)}/explanation`, signal }))
    },
    topology: () => reader.current(),
    onTopology(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      stopping.abort(new Error('the placement client was closed'))
      await http.close()
      await running
    },
  }
}
