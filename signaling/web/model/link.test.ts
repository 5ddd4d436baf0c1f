import { expect, test } from 'vitest'

import { hintsOf, meetingOfPath, readLink, readPasted } from './link.ts'

const tokenOf = (claims: object): string => `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`

test('a link names the meeting in its path and the rest in its fragment', () => {
  expect(readLink('/m/monday%20round', '#token=a.b.c&region=eu-west&name=Zo%C3%AB')).toEqual({
    meeting: 'monday round',
    token: 'a.b.c',
    region: 'eu-west',
    name: 'Zoë',
  })
  expect(readLink('/m/standup', '#token=a.b.c')).toEqual({
    meeting: 'standup',
    token: 'a.b.c',
    region: undefined,
    name: undefined,
  })
})

test.each(['', '#', '#token=', '#token=not-a-token', '#token=<script>.a.b', '#region=eu'])('%s carries no token', (fragment) => {
  expect(readLink('/m/standup', fragment)).toBeUndefined()
})

test.each(['/', '/m/', '/m/a/b', '/other', '/m/%E0%A4%A'])('%s names no meeting', (path) => {
  expect(meetingOfPath(path)).toBeUndefined()
})

test('a pasted link or token is understood, anything else is not', () => {
  expect(readPasted('  https://meet.example.org/m/standup#token=a.b.c&region=eu \n')).toMatchObject({
    meeting: 'standup',
    token: 'a.b.c',
  })
  const token = tokenOf({ video: { room: 'standup' } })
  expect(readPasted(token)).toEqual({ meeting: 'standup', token, region: undefined, name: undefined })
  for (const text of ['', 'hello', 'https://meet.example.org/m/standup', 'a.b']) expect(readPasted(text)).toBeUndefined()
})

test('a token tells its name and room for showing, and nonsense tells nothing', () => {
  expect(hintsOf(tokenOf({ name: 'Zoë', video: { room: 'standup' } }))).toEqual({ name: 'Zoë', room: 'standup' })
  for (const token of ['a.b.c', 'a.!!!.c', tokenOf({ name: 7, video: [] }), tokenOf([])])
    expect(hintsOf(token)).toEqual({ name: undefined, room: undefined })
})
