import type { Clock } from '../../kit/clock.ts'
import { asCodedError } from '../../kit/errors.ts'
import { withAcknowledged, withAttempt, withSending } from './chat.ts'
import type { Ask } from './link.ts'
import type { ChatEntry } from './state.ts'
import type { Store } from './store.ts'

/** Sends what this client says, until the meeting has it. */
export interface ChatDesk {
  send(text: string): void
  retry(clientMessageId: string): void
  /** After a lost connection: what is still `sending` is sent again; one id is one message. */
  resume(): void
}

/** Makes a client's {@link ChatDesk}. `mintId` makes the ids of messages, 8 to 64 characters. */
export function createChatDesk(options: { store: Store; ask: Ask; clock: Clock; mintId: () => string }): ChatDesk {
  const { store, ask, clock, mintId } = options
  const update = (change: (chat: readonly ChatEntry[]) => readonly ChatEntry[]): void =>
    store.update((state) => ({ ...state, chat: change(state.chat) }))

  async function deliver(clientMessageId: string, text: string): Promise<void> {
    if (store.state.life.at !== 'live') return
    try {
      const answer = await ask('sendChat', { text, clientMessageId })
      update((chat) => withAcknowledged(chat, clientMessageId, answer))
    } catch (thrown) {
      // Without a connection it goes on waiting for the next one.
      if (store.state.life.at !== 'live') return
      const { code, message } = asCodedError(thrown)
      update((chat) => withAttempt(chat, clientMessageId, { code, why: message }))
    }
  }

  return {
    send(text) {
      const clientMessageId = mintId()
      const { self } = store.state
      if (!self) return
      const message = { id: clientMessageId, participant: self.participant, name: self.name, text, atMs: clock.nowMs() }
      update((chat) => withSending(chat, message, clientMessageId))
      void deliver(clientMessageId, text)
    },
    retry(clientMessageId) {
      const entry = store.state.chat.find((candidate) => candidate.clientMessageId === clientMessageId)
      if (entry?.state !== 'failed') return
      update((chat) => withAttempt(chat, clientMessageId, undefined))
      void deliver(clientMessageId, entry.text)
    },
    resume() {
      for (const entry of store.state.chat)
        if (entry.state === 'sending' && entry.clientMessageId !== undefined) void deliver(entry.clientMessageId, entry.text)
    },
  }
}
