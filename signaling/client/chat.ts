import type { ChatMessage } from '../api/protocol.ts'
import type { Trouble } from './life.ts'
import type { ChatEntry } from './state.ts'

/** How many messages a client keeps; as many as a signaling replica does. */
export const maxChatEntries = 500

type Chat = readonly ChatEntry[]

const sent = (message: ChatMessage): ChatEntry => ({ ...message, state: 'sent', clientMessageId: undefined, trouble: undefined })

/** What is sent first, in the meeting's order, then what is not sent yet, in the order it was written. */
function inOrder(entries: Chat): Chat {
  const inMeeting = entries.filter((entry) => entry.state === 'sent')
  return [...inMeeting, ...entries.filter((entry) => entry.state !== 'sent')].slice(-maxChatEntries)
}

/** Adds what this client says. */
export function withSending(chat: Chat, message: ChatMessage, clientMessageId: string): Chat {
  return inOrder([...chat, { ...message, state: 'sending', clientMessageId, trouble: undefined }])
}

/**
 * Adds a message of the meeting. One's own may come before the answer to its request: the oldest that is being sent with the same
 * text is the same message.
 */
export function withMessage(chat: Chat, message: ChatMessage): Chat {
  if (chat.some((entry) => entry.state === 'sent' && entry.id === message.id)) return chat
  const own = chat.find(
    (entry) => entry.state === 'sending' && entry.participant === message.participant && entry.text === message.text,
  )
  return inOrder([...chat.filter((entry) => entry !== own), sent(message)])
}

/** The meeting has what was sent under `clientMessageId`. */
export function withAcknowledged(chat: Chat, clientMessageId: string, answer: { id: string; atMs: number }): Chat {
  const entry = chat.find((candidate) => candidate.clientMessageId === clientMessageId)
  if (!entry) return chat
  const { participant, name, text } = entry
  return withMessage(
    chat.filter((candidate) => candidate !== entry),
    { participant, name, text, ...answer },
  )
}

/** What was sent under `clientMessageId` is tried again, or failed where there is trouble. */
export function withAttempt(chat: Chat, clientMessageId: string, trouble: Trouble | undefined): Chat {
  const state = trouble ? ('failed' as const) : ('sending' as const)
  return chat.map((entry) => (entry.clientMessageId === clientMessageId ? { ...entry, state, trouble } : entry))
}

/** The chat after a welcome: what was missed stands behind what was there. */
export function chatOfWelcome(chat: Chat, messages: readonly ChatMessage[]): Chat {
  return messages.reduce(withMessage, chat)
}
