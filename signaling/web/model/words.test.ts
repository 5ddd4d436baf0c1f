import { expect, test } from 'vitest'

import { commonErrors } from '../../../kit/errors.ts'
import { sfuErrors } from '../../../sfu/api/errors.ts'
import { signalingErrors } from '../../api/errors.ts'
import { words, wordsOf } from './words.ts'

const raised = { ...signalingErrors.entries, ...sfuErrors.entries, ...commonErrors.entries }

test('every error that may reach the page has words, in whole sentences', () => {
  expect(Object.keys(raised).filter((code) => !Object.hasOwn(words, code))).toEqual([])
  for (const { title, text } of Object.values(words)) {
    expect(title).toMatch(/^[A-Z].*[^.]$/)
    expect(text ?? 'The server says it.').toMatch(/^[A-Z].*\.$/)
  }
})

test('where the server knows better, its own sentence is shown', () => {
  expect(wordsOf('placement_refused', 'eu-west is full.')).toMatchObject({ text: 'eu-west is full.' })
  expect(wordsOf('token_expired', 'exp')).toMatchObject({ text: 'Ask whoever invited you for a new one.' })
})

test('moments that the server tells are told in the time of the reader; what is no moment stays', () => {
  const { text } = wordsOf('meeting_not_started', 'its door opens at 2026-12-01T08:45:00Z, not at 2026-99-01T08:45:00Z')
  const local = new Date('2026-12-01T08:45:00Z').toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })
  expect(text).toBe(`its door opens at ${local}, not at 2026-99-01T08:45:00Z`)
})

test('a code of a later version is said in the words of its server', () => {
  expect(wordsOf('of_tomorrow', 'Not on a Sunday.')).toEqual({
    title: 'Something went wrong',
    text: 'Not on a Sunday.',
    remedy: 'again',
  })
  expect(wordsOf('toString', 'why')).toMatchObject({ title: 'Something went wrong' })
})
