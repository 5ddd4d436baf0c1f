import type { Clock } from '../../kit/clock.ts'
import { asCodedError } from '../../kit/errors.ts'
import { bearerOf } from '../../kit/http.ts'
import type { Log } from '../../kit/log.ts'
import { problemOf } from '../../kit/problem.ts'
import { checked } from '../../kit/validation.ts'
import type { MeetingName } from '../api/client.ts'
import { placementParams, placementRequest, type PlacementAnswer, type PlacementRequest } from '../api/placement.ts'
import { createIdempotency } from '../effects/idempotency.ts'
import type { Placer } from '../effects/placer.ts'
import { batchedPlacement, type Answered } from './batch.ts'
import type { Bearer } from './tokens.ts'

/** A placement as it came in. */
export interface RawPlacement {
  readonly authorization: string | undefined
  readonly params: unknown
  readonly body: unknown
}

/** A placement that is asked for by somebody who may. */
export interface Wanted {
  readonly bearer: string
  readonly meeting: MeetingName
  readonly request: PlacementRequest
}

/** Checks placements and, on the leader, answers them. */
export interface Placing {
  /** Raises what is wrong with it: the token, its rights, the path, the body. */
  check(raw: RawPlacement): Wanted
  /** Places; a repetition within a minute gets the answer of the first. */
  here(wanted: Wanted): Promise<PlacementAnswer>
  /** Checks and places one of a batch. Never rejects: what is wrong with it is its own answer. */
  ofBatch(item: unknown): Promise<Answered>
}

/** The same key within this time yields the same placement. */
const idempotencyMs = 60_000
/** Answers that are kept: 1.2 KB each, so that a flood takes no more than a sixth of the memory that the chart gives an operator. */
const idempotencyAtMost = 100_000

/** Makes what placements go through, however they came. */
export function createPlacing(options: {
  bearers: (token: string) => Bearer
  placer: Pick<Placer, 'place'>
  clock: Clock
  log: Log
}): Placing {
  const { bearers, placer, clock, log } = options
  const idempotency = createIdempotency<PlacementAnswer>({
    clock,
    keepMs: idempotencyMs,
    keepAtMost: idempotencyAtMost,
    isKept: (answer) => answer.result === 'placed',
  })

  function check({ authorization, params, body }: RawPlacement): Wanted {
    const bearer = bearers(bearerOf(authorization))
    bearer.mustDo('place')
    const meeting = checked(placementParams, params, 'path')
    const request = checked(placementRequest, body, 'body')
    bearer.mustServe(meeting.namespace)
    return { bearer: bearer.name, meeting, request }
  }

  function here({ bearer, meeting, request }: Wanted): Promise<PlacementAnswer> {
    const key = `${bearer} ${meeting.namespace}/${meeting.name} ${request.participant} ${request.idempotencyKey}`
    return idempotency.once(key, () => placer.place(meeting, request, bearer))
  }

  async function answerOf(item: unknown): Promise<PlacementAnswer> {
    const { authorization, body, ...params } = checked(batchedPlacement, item, 'batch')
    return here(check({ authorization, params, body }))
  }

  return {
    check,
    here,
    async ofBatch(item) {
      try {
        return { status: 200, text: JSON.stringify(await answerOf(item)) }
      } catch (thrown) {
        const error = asCodedError(thrown)
        if (error.code === 'internal') log.error({ err: error.cause ?? error }, 'placement of a batch failed')
        return { status: error.status, text: JSON.stringify(problemOf(error)) }
      }
    },
  }
}
