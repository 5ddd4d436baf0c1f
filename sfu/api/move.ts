import { z } from 'zod'

import { drainReason } from './drain.ts'
import { meetingRef, participantId, ulid } from './identity.ts'
import { term } from './term.ts'

/** `POST /v1/moves` (bearer: an `order` token) takes a {@link MoveOrder} and answers a {@link MoveReport}. */
export const movePath = '/v1/moves'

/**
 * One participant is to go to another node: they are told as in a drain, and their media stays until a little after they are back. Fenced
 * by the term alone; the same order again changes nothing. An attachment that is not here is `attachment_gone`.
 */
export const moveOrder = z.object({
  ...term.shape,
  meeting: meetingRef,
  participant: participantId,
  attachment: ulid,
  /** For the people who read logs. */
  reason: drainReason,
})
export type MoveOrder = z.infer<typeof moveOrder>

export const moveReport = z.object({
  /** False where their connection is lost: nobody would hear, so that nothing was done. */
  told: z.boolean(),
})
export type MoveReport = z.infer<typeof moveReport>

/**
 * For so long the media of somebody who was told to go stays where it is, until they are back elsewhere (LiveKit lets a place wait for
 * as long), and for so long after that: the client keeps its old path for 3 s beside the new one.
 */
export const movedAwayMs = { withoutPlace: 20_000, beside: 5_000 } as const
