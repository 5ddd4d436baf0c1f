import { z } from 'zod'

/** Where a leader takes the placements that came to another replica, many in one request. Between replicas of one installation only. */
export const batchPath = '/v1/forwarded/placements'

/** Of one batch. A placement has at most 64 KiB, so that one always fits. */
export const batchAtMost = { items: 64, bytes: 512 * 1024 } as const

/** A placement as it came in: unchecked, with the token of who asks. */
export const batchedPlacement = z.object({
  authorization: z.string().optional(),
  namespace: z.string(),
  name: z.string(),
  body: z.unknown(),
})
export type BatchedPlacement = z.infer<typeof batchedPlacement>

/** `POST` {@link batchPath}. Each placement is checked for itself, so that a bad one costs the others nothing. */
export const batchRequest = z.object({ placements: z.array(z.unknown()).min(1).max(batchAtMost.items) })

/** One answer: the HTTP status and the JSON that the placement would have got alone. */
export interface Answered {
  readonly status: number
  readonly text: string
}

/** Content type of the answers. */
export const answersContentType = 'text/plain; charset=utf-8'

/** The body of a batch. Takes each placement as JSON. */
export const batchOf = (placements: readonly string[]): string => `{"placements":[${placements.join(',')}]}`

/** Answers, one a line, in the order of the placements: status, space, JSON. A standby passes the JSON on and never reads it. */
export const linesOf = (answers: readonly Answered[]): string => answers.map(({ status, text }) => `${status} ${text}\n`).join('')

/** Reads {@link linesOf}; throws where a line is none. */
export function answersOf(lines: string): readonly Answered[] {
  const texts = lines.split('\n')
  if (texts.pop() !== '') throw new Error('the last answer of a batch is not whole')
  return texts.map((line) => {
    const [, status, text] = /^([1-5]\d\d) (.+)$/.exec(line) ?? []
    if (status === undefined || text === undefined) throw new Error('a line of a batch is no answer')
    return { status: Number(status), text }
  })
}
