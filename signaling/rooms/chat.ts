import type { ChatMessage } from '../api/protocol.ts'
import { appendedAtMs, type BusEntry } from '../bus/bus.ts'
import { chatFact, chatKeeping, factOf } from './facts.ts'

/** The chat of one meeting, as far as it is kept: each message once, however often it was sent. */
export interface ChatLog {
  /** Takes an entry of the stream; undefined where the message is known already, or is none. */
  take(entry: BusEntry): ChatMessage | undefined
  /** The message that this client sent under this id. */
  find(participant: string, clientMessageId: string): ChatMessage | undefined
  /** The last messages, oldest first. */
  messages(): readonly ChatMessage[]
}

const keyOf = (participant: string, clientMessageId: string): string => `${participant} ${clientMessageId}`

/** Makes an empty log. */
export function createChatLog(): ChatLog {
  /** By participant and their own message id; a Map keeps the order of the stream. */
  const known = new Map<string, ChatMessage>()

  return {
    take({ id, data }) {
      const fact = factOf(chatFact, data)
      if (fact === undefined) return undefined
      const { clientMessageId, ...said } = fact
      const key = keyOf(said.participant, clientMessageId)
      if (known.has(key)) return undefined
      const message = { id, ...said, atMs: appendedAtMs(id) }
      known.set(key, message)
      const [oldest] = known.keys()
      if (known.size > chatKeeping.keep && oldest !== undefined) known.delete(oldest)
      return message
    },
    find: (participant, clientMessageId) => known.get(keyOf(participant, clientMessageId)),
    messages: () => [...known.values()],
  }
}
