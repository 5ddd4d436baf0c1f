import type { Writable } from 'node:stream'

import { z } from 'zod'

/** Where a leader takes the requests that came to another replica, many in one. Between replicas of one installation only. */
export const batchPath = '/v1/forwarded'

/** Of one batch. A request has at most 64 KiB, so that one always fits. */
export const batchAtMost = { items: 64, bytes: 512 * 1024 } as const

/** What only the leader answers. */
export const operationNames = ['place', 'release', 'move', 'explain', 'snapshot'] as const
export type OperationName = (typeof operationNames)[number]

/** A request as it came in: unchecked, with the token of who asks. */
export const batchedRequest = z.object({
  operation: z.enum(operationNames),
  authorization: z.string().optional(),
  params: z.unknown().optional(),
  query: z.unknown().optional(),
  body: z.unknown().optional(),
})
export type BatchedRequest = z.infer<typeof batchedRequest>

/** `POST` {@link batchPath}. Each request is checked for itself, so that a bad one costs the others nothing. */
export const batchRequest = z.object({ requests: z.array(z.unknown()).min(1).max(batchAtMost.items) })

/** One answer: the HTTP status and the JSON that the request would have got alone; no text where it has no content. */
export interface Answered {
  readonly status: number
  readonly text: string
}

/** Content type of the answers. */
export const answersContentType = 'text/plain; charset=utf-8'
/** Of one answer: an explanation names what stood in the way of each of a pool's nodes. */
export const answerAtMostBytes = 16 * 1024 * 1024

/** The body of a batch. Takes each request as JSON. */
export const batchOf = (requests: readonly string[]): string => `{"requests":[${requests.join(',')}]}`

/**
 * Writes each answer as soon as it is there, one a line: the number of its request in the batch, status, JSON. Those of one turn of the event loop go in one
 * piece, which is mostly all of them; where there is none yet the head goes alone and says that the batch is taken, so that one that takes its time
 * holds up nobody. The answers must not reject.
 */
export function writeAnswers(answers: readonly Promise<Answered>[], to: Writable & { flushHeaders(): void }): void {
  let ready = ''
  let left = answers.length
  let isDue = true
  function flush(): void {
    const piece = ready
    ready = ''
    isDue = false
    if (left === 0) to.end(piece)
    else if (piece === '') to.flushHeaders()
    else to.write(piece)
  }
  async function write(index: number, answer: Promise<Answered>): Promise<void> {
    const { status, text } = await answer
    ready += `${index} ${status} ${text}\n`
    left -= 1
    if (!isDue) setImmediate(flush)
    isDue = true
  }
  for (const [index, answer] of answers.entries()) void write(index, answer)
  setImmediate(flush)
}

/** Reads a line of {@link writeAnswers}: the number of the request, and its answer; throws where it is none. A standby passes the JSON on and never reads it. */
export function answerOf(line: string): readonly [index: number, answer: Answered] {
  const [, index, status, text] = /^(\d{1,2}) ([1-5]\d\d) (.*)$/s.exec(line) ?? []
  if (index === undefined || status === undefined || text === undefined) throw new Error('a line of a batch is no answer')
  return [Number(index), { status: Number(status), text }]
}
