import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { meetingName } from '../../sfu/api/identity.ts'
import { meetingLabelOf } from './meetingLabel.ts'

test('a name that is a label is its own', () => {
  expect(meetingLabelOf('standup')).toEqual({ name: 'standup' })
  expect(meetingLabelOf('a'.repeat(63))).toEqual({ name: 'a'.repeat(63) })
})

test('any other keeps what a label takes of it, and is called what it was called', () => {
  expect(meetingLabelOf('Stand Up')).toEqual({
    name: expect.stringMatching(/^stand-up-[0-9a-f]{8}$/) as string,
    title: 'Stand Up',
  })
  expect(meetingLabelOf('Café Müller №5').name).toMatch(/^cafe-muller-no5-[0-9a-f]{8}$/)
  expect(meetingLabelOf('会議 🦜').name).toMatch(/^meeting-[0-9a-f]{8}$/)
})

test('the same text is the same meeting however it is encoded, another text another', () => {
  expect(meetingLabelOf('Cafe\u0301').name).toBe(meetingLabelOf('Caf\u00e9').name)
  expect(meetingLabelOf('Stand Up').name).not.toBe(meetingLabelOf('stand up').name)
})

test('whatever the text is, its label is one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (text) => {
      expect(meetingName.safeParse(meetingLabelOf(text).name).success).toBe(true)
    }),
  )
})
