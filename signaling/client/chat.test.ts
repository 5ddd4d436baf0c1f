import { expect, test } from 'vitest'

import type { ChatMessage } from '../api/protocol.ts'
import { chatOfWelcome, maxChatEntries, withAcknowledged, withAttempt, withMessage, withSending } from './chat.ts'

const message = (id: string, text = id, participant = 'ann'): ChatMessage => ({
  id,
  participant,
  name: participant,
  text,
  atMs: 0,
})

test('what is being said stands behind what the meeting has', () => {
  const chat = withMessage(withSending([], message('m1', 'hi'), 'm1'), message('1-0', 'hello', 'bob'))
  expect(chat.map(({ text, state }) => [text, state])).toEqual([
    ['hello', 'sent'],
    ['hi', 'sending'],
  ])
})

test('one message stays one, whether its answer or its notification comes first', () => {
  const sending = withSending([], message('m1', 'hi'), 'm1')
  const answerFirst = withMessage(withAcknowledged(sending, 'm1', { id: '1-0', atMs: 5 }), message('1-0', 'hi'))
  const notificationFirst = withAcknowledged(withMessage(sending, message('1-0', 'hi')), 'm1', { id: '1-0', atMs: 5 })
  for (const chat of [answerFirst, notificationFirst]) expect(chat).toMatchObject([{ id: '1-0', text: 'hi', state: 'sent' }])
})

test('a failed message keeps its reason until it is tried again', () => {
  const trouble = { code: 'chat_unavailable', why: 'no' }
  const failed = withAttempt(withSending([], message('m1'), 'm1'), 'm1', trouble)
  expect(failed).toMatchObject([{ state: 'failed', trouble }])
  expect(withAttempt(failed, 'm1', undefined)).toMatchObject([{ state: 'sending', trouble: undefined }])
})

test('a welcome adds what was missed, and only that', () => {
  const before = withMessage(withMessage([], message('9-0')), message('10-0'))
  expect(chatOfWelcome(before, [message('10-0'), message('11-0')]).map(({ id }) => id)).toEqual(['9-0', '10-0', '11-0'])
})

test('only the newest are kept', () => {
  const many = Array.from({ length: maxChatEntries + 5 }, (_, index) => message(`${index}`))
  const chat = chatOfWelcome([], many)
  expect(chat).toHaveLength(maxChatEntries)
  expect(chat.at(-1)?.id).toBe(`${maxChatEntries + 4}`)
})
