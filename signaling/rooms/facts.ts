import { z } from 'zod'

import { displayName, meetingKey, participantId, type MeetingRef } from '../../sfu/api/identity.ts'
import { maxChatLength, reactionEmojis } from '../api/protocol.ts'
import type { StreamKeeping } from '../bus/bus.ts'

/** A chat message, as it stands in its meeting's stream. Its id and its time are the entry's. */
export const chatFact = z.object({
  participant: participantId,
  name: displayName,
  text: z.string().max(maxChatLength),
  clientMessageId: z.string().max(64),
})
export type ChatFact = z.infer<typeof chatFact>

/** A reaction: seen by who is here, then forgotten. */
export const reactionFact = z.object({ participant: participantId, name: displayName, emoji: z.enum(reactionEmojis) })
export type ReactionFact = z.infer<typeof reactionFact>

/** The stream of a meeting's chat. The braces keep both streams of a meeting together where a store is split. */
export const chatStream = (meeting: MeetingRef): string => `{${meetingKey(meeting)}}`
export const chatKeeping: StreamKeeping = { keep: 500, replay: true }

/** Reactions have a stream of their own, so that applause does not push the chat out of its own. */
export const reactionStream = (meeting: MeetingRef): string => `${chatStream(meeting)}:reactions`
export const reactionKeeping: StreamKeeping = { keep: 100, replay: false }

/** Reads a fact of a stream; undefined where a newer or broken replica wrote what is none. */
export function factOf<Schema extends z.ZodType>(schema: Schema, data: string): z.output<Schema> | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(data))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
