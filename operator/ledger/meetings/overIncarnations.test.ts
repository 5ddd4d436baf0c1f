import { expect, test } from 'vitest'

import { specDefaults, type Meeting } from '../../../crds/index.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import { seatMs } from '../people/people.ts'
import { Meetings } from './meetings.ts'

const first = '01KC00000000000000000000Z0'
const hostedAs = (incarnation: string): SegmentReport => ({
  ...{ meeting: { namespace: 'demo', name: 'retro', incarnation }, epoch: 1, generation: 1, role: 'core', fallback: false },
  ...{ worker: 0, participants: [], peers: [], createdAtMs: 0 },
})
const retro = (uid: string): Meeting => ({
  ...{ apiVersion: 'parley.media/v1alpha1', kind: 'Meeting', spec: specDefaults.Meeting },
  metadata: {
    ...{ namespace: 'demo', name: 'retro', uid, resourceVersion: '1', generation: 1 },
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
})

/** A meeting that stood on eu-1 as {@link first} and is over, for which somebody deleted its object. */
function overSince(nowMs: number): Meetings {
  const meetings = new Meetings({ changed: () => undefined, told: () => undefined, left: () => undefined, poolOf: () => 'eu' })
  meetings.putObject(retro('uid-1'), 0)
  meetings.report('eu-1', hostedAs(first), 0)
  meetings.removeObject({ namespace: 'demo', name: 'retro', uid: 'uid-1' }, nowMs)
  meetings.closed('eu-1', hostedAs(first).meeting, nowMs)
  expect(meetings.get('demo/retro')).toBeUndefined()
  return meetings
}

test('a meeting that is made again goes on as none that is over, though a late order or grant brings something of that to a media node', () => {
  const meetings = overSince(1_000)
  meetings.putObject(retro('uid-2'), 2_000)
  meetings.report('us-1', hostedAs(first), 3_000)
  const again = meetings.get('demo/retro')
  expect(again).toMatchObject({ incarnation: undefined, segments: new Map() })
  expect([...(again?.strays.values() ?? [])]).toMatchObject([{ node: 'us-1', report: { meeting: { incarnation: first } } }])
  expect(again?.isRetired(first)).toBe(true)
})

test('what comes of it before it is made again is left over as well', () => {
  const meetings = overSince(1_000)
  meetings.report('us-1', hostedAs(first), 2_000)
  expect(meetings.get('demo/retro')).toMatchObject({ incarnation: undefined, segments: new Map() })
  expect(meetings.get('demo/retro')?.strays.size).toBe(1)
})

test('once nothing of it can come any more it is forgotten for good', () => {
  const meetings = overSince(1_000)
  meetings.report('us-1', hostedAs(first), 1_000 + seatMs)
  expect(meetings.get('demo/retro')?.incarnation).toBe(first)
})

test('a meeting that a join made and that is over goes on as it was, when somebody comes to it by a fallback', () => {
  const meetings = new Meetings({ changed: () => undefined, told: () => undefined, left: () => undefined, poolOf: () => 'eu' })
  meetings.report('eu-1', { ...hostedAs(first), fallback: true }, 0)
  const entry = meetings.get('demo/retro')
  if (entry === undefined) throw new Error('it is not known')
  meetings.end(entry, 'it stood empty', 1_000)
  meetings.closed('eu-1', hostedAs(first).meeting, 1_000)
  expect(meetings.get('demo/retro')).toBeUndefined()
  meetings.report('us-1', { ...hostedAs(first), fallback: true }, 2_000)
  expect(meetings.get('demo/retro')).toMatchObject({ incarnation: first })
})
