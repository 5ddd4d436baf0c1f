import type { Clock } from '../../kit/clock.ts'
import { asCodedError } from '../../kit/errors.ts'
import { bearerOf } from '../../kit/http.ts'
import type { Log } from '../../kit/log.ts'
import { problemOf } from '../../kit/problem.ts'
import { checked } from '../../kit/validation.ts'
import { participantId } from '../../sfu/api/identity.ts'
import { z } from 'zod'
import type { MeetingName } from '../api/client.ts'
import { placementErrors } from '../api/errors.ts'
import { moveRequest } from '../api/move.ts'
import { placementParams, placementRequest, releaseQuery, type Explanation, type PlacementAnswer } from '../api/placement.ts'
import type { MeetingSnapshot } from '../api/snapshot.ts'
import { createIdempotency } from '../effects/idempotency.ts'
import type { Mover } from '../effects/mover.ts'
import type { Placer } from '../effects/placer.ts'
import { batchedRequest, type Answered, type BatchedRequest, type OperationName } from './batch.ts'
import type { Bearer, PlacementVerb } from './tokens.ts'

/** A request as it came in. */
export type Raw = Omit<BatchedRequest, 'operation'>

/** What the leader does for a request, and answers; undefined for no content. */
export type Act = () => unknown

/** What only the leader answers, however it was asked. */
export interface Operations {
  /** Raises what is wrong with a request (the token, its rights, path, query, body), and returns what answers it. */
  check(operation: OperationName, raw: Raw): Act
  /** Checks and answers one of a batch. Never rejects: what is wrong with it is its own answer. */
  ofBatch(item: unknown): Promise<Answered>
}

/** What the operations stand on. */
export interface OperationsOptions {
  readonly bearers: (token: string) => Bearer
  readonly placer: Placer
  readonly mover: Mover
  readonly explain: (meeting: MeetingName) => Explanation | undefined
  readonly snapshot: (meeting: MeetingName) => MeetingSnapshot | undefined
  readonly clock: Clock
  readonly log: Log
}

/** The same key within this time yields the same placement. */
const idempotencyMs = 60_000
/** Answers that are kept: 1.2 KB each, so that a flood takes no more than a sixth of the memory that the chart gives an operator. */
const idempotencyAtMost = 100_000

const personParams = z.strictObject({ ...placementParams.shape, participant: participantId })

function known<T>(found: T | undefined, { namespace, name }: MeetingName): T {
  if (found === undefined) throw placementErrors.raise.meeting_unknown({ meeting: `${namespace}/${name}` })
  return found
}

/** Makes the operations. */
export function createOperations(options: OperationsOptions): Operations {
  const { bearers, placer, mover, clock, log } = options
  const idempotency = createIdempotency<PlacementAnswer>({
    clock,
    keepMs: idempotencyMs,
    keepAtMost: idempotencyAtMost,
    isKept: (answer) => answer.result === 'placed',
  })

  function admitted({ authorization }: Raw, verb: PlacementVerb): Bearer {
    const bearer = bearers(bearerOf(authorization))
    bearer.mustDo(verb)
    return bearer
  }

  /** Reads about a meeting. */
  const asked =
    (of: (meeting: MeetingName) => unknown) =>
    (raw: Raw): Act => {
      const bearer = admitted(raw, 'explain')
      const meeting = checked(placementParams, raw.params, 'path')
      bearer.mustServe(meeting.namespace)
      return () => known(of(meeting), meeting)
    }

  const operations: Readonly<Record<OperationName, (raw: Raw) => Act>> = {
    place(raw) {
      const bearer = admitted(raw, 'place')
      const meeting = checked(placementParams, raw.params, 'path')
      const request = checked(placementRequest, raw.body, 'body')
      bearer.mustServe(meeting.namespace)
      const { participant, idempotencyKey } = request
      const key = `${bearer.name} ${meeting.namespace}/${meeting.name} ${participant} ${idempotencyKey}`
      // A repetition within a minute gets the answer of the first.
      return () => idempotency.once(key, () => placer.place(meeting, request, bearer.name))
    },
    release(raw) {
      const bearer = admitted(raw, 'release')
      const { participant, ...meeting } = checked(personParams, raw.params, 'path')
      const { attachment } = checked(releaseQuery, raw.query, 'query')
      bearer.mustServe(meeting.namespace)
      return () => placer.release(meeting, participant, attachment)
    },
    move(raw) {
      const bearer = admitted(raw, 'move')
      const { participant, ...meeting } = checked(personParams, raw.params, 'path')
      const body = checked(moveRequest, raw.body, 'body')
      bearer.mustServe(meeting.namespace)
      return () => mover.move(meeting, participant, body)
    },
    explain: asked(options.explain),
    snapshot: asked(options.snapshot),
  }

  return {
    check: (operation, raw) => operations[operation](raw),
    async ofBatch(item) {
      try {
        const { operation, ...raw } = checked(batchedRequest, item, 'batch')
        const answer = await operations[operation](raw)()
        return answer === undefined ? { status: 204, text: '' } : { status: 200, text: JSON.stringify(answer) }
      } catch (thrown) {
        const error = asCodedError(thrown)
        if (error.code === 'internal') log.error({ err: error.cause ?? error }, 'a request of a batch failed')
        return { status: error.status, text: JSON.stringify(problemOf(error)) }
      }
    },
  }
}
