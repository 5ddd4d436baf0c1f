import { expect, test } from 'vitest'

import type { Source } from '../../sfu/api/rights.ts'
import type { Participant } from './state.ts'
import { receivesCamera, subscriptionsFor, wantedTracks } from './subscriptions.ts'

function person(participant: string, ...sources: Source[]): Participant {
  const tracks = sources.map((source) => ({
    trackId: `${participant}/${source}`,
    source,
    producerId: `${participant}-1`,
    muted: false,
  }))
  return { participant, name: participant, self: participant === 'self', connected: true, joinedAtMs: 0, node: 'n', tracks }
}
const ids = (people: Participant[], watched = new Map<string, boolean>(), maySubscribe = true): string[] =>
  wantedTracks(people, watched, maySubscribe).map(({ trackId }) => trackId)

test('everyone is heard, nobody receives themselves', () => {
  expect(ids([person('self', 'microphone'), person('a', 'microphone', 'screenAudio')])).toEqual(['a/microphone', 'a/screenAudio'])
})

test('who may not subscribe receives nothing', () => {
  expect(ids([person('a', 'microphone', 'camera')], new Map(), false)).toEqual([])
})

test('screens come before cameras, and six pictures by themselves', () => {
  const people = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => person(name, 'camera'))
  expect(ids([...people, person('h', 'screen')])).toEqual([
    'h/screen',
    'a/camera',
    'b/camera',
    'c/camera',
    'd/camera',
    'e/camera',
  ])
})

test('what is watched comes in any case, what is not watched never', () => {
  const people = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => person(name, 'camera'))
  const watched = new Map([
    ['g/camera', true],
    ['a/camera', false],
  ])
  expect(ids(people, watched)).toEqual(['g', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}/camera`))
})

test('a subscription keeps what it shows while its producer changes', () => {
  const track = {} as MediaStreamTrack
  const [want] = wantedTracks([person('a', 'camera')], new Map(), true)
  if (!want) throw new Error('nothing wanted')
  const before = subscriptionsFor([want], new Map())
  const live = new Map([...before].map(([id, held]) => [id, { ...held, state: 'live' as const, track }]))
  const after = subscriptionsFor([{ ...want, producerId: 'a-2' }], live)
  expect(after.get('a/camera')).toMatchObject({ producerId: 'a-2', state: 'live', track })
  expect(subscriptionsFor([], live).size).toBe(0)
})

test('a camera that is on and comes is a picture that comes; a screen, a camera that is off and one that is on its way are none', () => {
  const [on] = [person('a', 'camera')]
  const live = (people: ReturnType<typeof person>[]): boolean => {
    const begun = subscriptionsFor(wantedTracks(people, new Map(), true), new Map())
    const subscriptions = new Map([...begun].map(([id, held]) => [id, { ...held, state: 'live' as const }]))
    return receivesCamera({ participants: people, subscriptions })
  }
  expect(live([on])).toBe(true)
  expect(live([{ ...on, tracks: on.tracks.map((track) => ({ ...track, muted: true })) }])).toBe(false)
  expect(live([person('a', 'screen')])).toBe(false)
  expect(live([{ ...on, self: true }])).toBe(false)
  expect(
    receivesCamera({ participants: [on], subscriptions: subscriptionsFor(wantedTracks([on], new Map(), true), new Map()) }),
  ).toBe(false)
})
