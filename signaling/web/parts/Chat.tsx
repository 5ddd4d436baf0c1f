import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'

import { maxChatLength } from '../../api/protocol.ts'
import type { ChatEntry } from '../../client/state.ts'
import type { Call } from '../model/call.ts'
import { wordsOf } from '../model/words.ts'
import { Icon } from './icons.tsx'
import { Panel } from './Panel.tsx'

/** Messages of one person within this time stand under one name. */
const sameBreathMs = 120_000
/** Scrolled up further than this, somebody reads and is left alone. */
const nearBottomPixels = 80

const timeOf = (atMs: number): string => new Date(atMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })

function follows(entry: ChatEntry, before: ChatEntry | undefined): boolean {
  return before?.participant === entry.participant && entry.atMs - before.atMs < sameBreathMs
}

function Failure({ call, entry }: { call: Call; entry: ChatEntry }): JSX.Element {
  const { code, why } = entry.trouble ?? { code: 'internal', why: '' }
  return (
    <p class="chat-state failed" role="alert">
      Not sent: {wordsOf(code, why).title}.{' '}
      <button
        type="button"
        class="inline"
        data-testid="chat-retry"
        onClick={() => call.client.retryChat(entry.clientMessageId ?? '')}
      >
        Send again
      </button>
    </p>
  )
}

function Message({ call, entry, joined }: { call: Call; entry: ChatEntry; joined: boolean }): JSX.Element {
  const own = entry.participant === call.state.value.self?.participant
  return (
    <li class={`message ${own ? 'own' : ''} ${joined ? 'joined' : ''}`} data-testid="chat-message" data-state={entry.state}>
      {!joined && (
        <p class="message-head">
          <strong>{own ? 'You' : entry.name}</strong> <time>{timeOf(entry.atMs)}</time>
        </p>
      )}
      <p class="message-text">{entry.text}</p>
      {entry.state === 'sending' && <p class="chat-state">Sending…</p>}
      {entry.state === 'failed' && <Failure call={call} entry={entry} />}
    </li>
  )
}

function Composer({ call }: { call: Call }): JSX.Element {
  const text = useSignal('')
  const input = useRef<HTMLTextAreaElement>(null)
  // Before the next key: what is typed next is meant for the chat, not for the meeting's shortcuts.
  useLayoutEffect(() => input.current?.focus(), [])
  const send = (): void => {
    if (text.value.trim() === '') return
    call.client.sendChat(text.value.trim())
    text.value = ''
  }
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        ref={input}
        data-testid="chat-input"
        aria-label="Message to everyone"
        placeholder="Message to everyone"
        rows={Math.min(5, text.value.split('\n').length)}
        maxLength={maxChatLength}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
          event.preventDefault()
          send()
        }}
      />
      <button
        type="submit"
        class="primary icon-button"
        aria-label="Send"
        disabled={text.value.trim() === ''}
        data-testid="chat-send"
      >
        <Icon name="send" />
      </button>
    </form>
  )
}

/** What is written in the meeting. Links stay text: nobody is sent anywhere by a stranger's click. */
export function Chat({ call }: { call: Call }): JSX.Element {
  const { chat } = call.state.value
  const list = useRef<HTMLDivElement>(null)
  const atBottom = useRef(true)
  useEffect(() => {
    if (atBottom.current) list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [chat])
  return (
    <Panel call={call} title="Chat" label="Chat" testId="chat">
      <div
        ref={list}
        class="messages"
        role="log"
        aria-label="Messages"
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          atBottom.current = scrollHeight - scrollTop - clientHeight < nearBottomPixels
        }}
      >
        {chat.length === 0 && <p class="muted-text">Nothing written yet. Everyone in the meeting reads along.</p>}
        <ol>
          {chat.map((entry, index) => (
            <Message key={entry.clientMessageId ?? entry.id} call={call} entry={entry} joined={follows(entry, chat[index - 1])} />
          ))}
        </ol>
      </div>
      <Composer call={call} />
    </Panel>
  )
}
