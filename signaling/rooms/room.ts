import type { MeetingRef } from '../../sfu/api/identity.ts'
import { signalingErrors } from '../api/errors.ts'
import type { ChatMessage, ClientNotifications } from '../api/protocol.ts'
import { appendedAtMs, type Bus } from '../bus/bus.ts'
import { createChatLog } from './chat.ts'
import {
  chatKeeping,
  chatStream,
  factOf,
  reactionFact,
  reactionKeeping,
  reactionStream,
  type ChatFact,
  type ReactionFact,
} from './facts.ts'

/** A client that hears what the meeting's people say. */
export interface RoomMember {
  tell<Method extends 'chat' | 'reaction'>(method: Method, data: ClientNotifications[Method]): void
}

/** Where a message stands once it is said. */
export interface Said {
  readonly id: string
  readonly atMs: number
}

/** The facts of one meeting on this replica: chat and reactions. Presence is none of them: it comes from the media nodes. */
export interface Room {
  /** Resolves when the chat so far is known, or cannot be now. */
  readonly ready: Promise<void>
  /** Lets a client hear what is said from here on. */
  join(member: RoomMember): { readonly chat: readonly ChatMessage[]; readonly leave: () => void }
  /** Says it, once: the same client message id again is the same message. Raises `chat_unavailable`. */
  say(fact: ChatFact): Promise<Said>
  /** Shows it to whoever is here; while the bus is away to those of this replica. */
  react(fact: ReactionFact): Promise<void>
  /** Ends it here. */
  close(): void
}

/** Opens the room of a meeting. */
export function createRoom(meeting: MeetingRef, bus: Bus): Room {
  const members = new Set<RoomMember>()
  const log = createChatLog()
  /** Messages on their way into the stream, by author and client message id: a retry meanwhile waits for the same one. */
  const saying = new Map<string, Promise<Said>>()

  const chat = bus.follow(chatStream(meeting), {
    ...chatKeeping,
    onEntry(entry) {
      const message = log.take(entry)
      if (message) for (const member of [...members]) member.tell('chat', message)
    },
  })
  const reactions = bus.follow(reactionStream(meeting), {
    ...reactionKeeping,
    onEntry({ data }) {
      const fact = factOf(reactionFact, data)
      if (fact) show(fact)
    },
  })

  function show(fact: ReactionFact): void {
    for (const member of [...members]) member.tell('reaction', fact)
  }

  async function append(fact: ChatFact): Promise<Said> {
    try {
      const id = await chat.append(JSON.stringify(fact))
      return { id, atMs: appendedAtMs(id) }
    } catch (cause) {
      throw signalingErrors.raise.chat_unavailable({}, { cause })
    }
  }

  return {
    ready: chat.ready,
    join(member) {
      members.add(member)
      return { chat: log.messages(), leave: () => void members.delete(member) }
    },
    async say(fact) {
      const known = log.find(fact.participant, fact.clientMessageId)
      if (known) return { id: known.id, atMs: known.atMs }
      const key = `${fact.participant} ${fact.clientMessageId}`
      const said = saying.get(key) ?? append(fact).finally(() => saying.delete(key))
      saying.set(key, said)
      return said
    },
    async react(fact) {
      try {
        await reactions.append(JSON.stringify(fact))
      } catch {
        show(fact)
      }
    },
    close() {
      chat.stop()
      reactions.stop()
    },
  }
}
