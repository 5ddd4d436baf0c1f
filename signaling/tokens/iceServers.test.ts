import { expect, test } from 'vitest'

import { iceServersFor } from './iceServers.ts'

const nowMs = 1_700_000_000_500

test('a TURN credential is the HMAC-SHA1 of its expiry and person, by the first secret', () => {
  const turn = { urls: ['stun:a:3478', 'turn:a:3478?transport=udp', 'turns:a:443'], secrets: ['north', 'old'] }
  // echo -n '1700000300:ada' | openssl dgst -sha1 -hmac north -binary | base64
  expect(iceServersFor('ada', turn, nowMs)).toEqual([
    { urls: ['stun:a:3478'] },
    {
      urls: ['turn:a:3478?transport=udp', 'turns:a:443'],
      username: '1700000300:ada',
      credential: 'oxbXP5eWG8BRjkbmSjcDOgXeuj4=',
    },
  ])
})

test('without TURN servers, or without a secret for them, there is nothing to use', () => {
  expect(iceServersFor('ada', { urls: [], secrets: ['north'] }, nowMs)).toEqual([])
  expect(iceServersFor('ada', { urls: ['turn:a:3478'], secrets: [] }, nowMs)).toEqual([])
})
