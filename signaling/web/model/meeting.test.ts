import { expect, test } from 'vitest'

import { emptyState, type MeetingState, type Participant } from '../../client/state.ts'
import type { FlowStats } from '../../client/stats.ts'
import { bannerOf } from './banner.ts'
import { qualityOf } from './quality.ts'
import { speakingNow } from './speakers.ts'

const flow = (lossRatio: number, roundTripMs = 20): FlowStats => ({ lossRatio, roundTripMs }) as FlowStats
const credentials = { resumeToken: 't', sessionEpoch: 1, node: 'n' }
const live: MeetingState = { ...emptyState, life: { at: 'live', credentials } }
const bannerIn = (state: Partial<MeetingState>, more: { soundBlocked?: boolean; back?: boolean; online?: boolean } = {}) =>
  bannerOf({ state: { ...live, ...state }, soundBlocked: false, back: false, online: true, ...more })?.id

test('the worst flow says how somebody comes through', () => {
  expect(qualityOf([])).toBe('good')
  expect(qualityOf([flow(0), flow(0.04)])).toBe('fair')
  expect(qualityOf([flow(0, 900), flow(0.04)])).toBe('poor')
})

test('who speaks is loud and not muted', () => {
  const person = (participant: string, muted: boolean): Participant =>
    ({ participant, tracks: [{ source: 'microphone', muted }] }) as unknown as Participant
  const speakers = ['ann', 'bob', 'carl', 'gone'].map((participant) => ({
    participant,
    dBov: participant === 'carl' ? -70 : -30,
  }))
  expect([...speakingNow(speakers, [person('ann', false), person('bob', true), person('carl', false)])]).toEqual(['ann'])
})

test('a meeting in which all is well has no banner', () => {
  expect(bannerIn({})).toBeUndefined()
})

test('the heaviest trouble is the one that is told', () => {
  const away = { doing: 'waiting', attempt: 1, sinceMs: 0, trouble: undefined } as const
  const reconnecting: Partial<MeetingState> = {
    life: { at: 'reconnecting', ...away, credentials, nodeMisses: 0 },
    recvPath: 'failed',
  }
  expect(bannerIn(reconnecting)).toBe('reconnecting')
  expect(bannerIn(reconnecting, { online: false })).toBe('offline')
  const rejoining = (reason: string | undefined): Partial<MeetingState> => ({
    life: { at: 'rejoining', ...away, replaces: 't', excludeNodes: ['n'], reason },
  })
  expect(bannerIn(rejoining(undefined))).toBe('rejoining')
  expect(bannerIn(rejoining('worker_died'))).toBe('rejoining')
  expect(bannerIn(rejoining('node_draining'))).toBe('moving')
  expect(bannerIn(rejoining('moved'))).toBe('moving')
  expect(bannerIn({ session: { state: 'degraded', why: '' }, recvPath: 'interrupted' })).toBe('degraded')
  expect(bannerIn({ recvPath: 'interrupted' }, { back: true })).toBe('media-interrupted')
  expect(bannerIn({}, { back: true })).toBe('resumed')
  expect(bannerIn({}, { soundBlocked: true, back: true })).toBe('sound-blocked')
})
