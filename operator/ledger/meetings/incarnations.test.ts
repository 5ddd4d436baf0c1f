import { expect, test } from 'vitest'

import { specDefaults, type Meeting } from '../../../crds/index.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import { adHocLabel } from './adHoc.ts'
import { Meetings } from './meetings.ts'

const smaller = '01KC00000000000000000000Z1'
const larger = '01KC00000000000000000000Z2'

/** A segment of `chat` that follows orders, with people in it or without. */
const hostedAs = (incarnation: string, ...people: readonly string[]): SegmentReport => ({
  ...{ meeting: { namespace: 'demo', name: 'chat', incarnation }, epoch: 1, generation: 1, role: 'core', fallback: false },
  ...{ worker: 0, peers: [], createdAtMs: 0 },
  participants: people.map((participant) => ({ participant, attachment: `of ${participant}`, hidden: false, publishing: true })),
})

/** The object of `chat`, which counts the larger incarnation; of a person, or written for a meeting that a join made. */
const objectOf = (whose: 'person' | 'join'): Meeting => ({
  ...{ apiVersion: 'parley.media/v1alpha1', kind: 'Meeting', spec: specDefaults.Meeting },
  metadata: {
    ...{ namespace: 'demo', name: 'chat', uid: 'uid', resourceVersion: '1', generation: 1 },
    ...(whose === 'join' ? { labels: { [adHocLabel]: 'eu' } } : {}),
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  status: { phase: 'Active', incarnation: larger },
})

/** What `chat` is called by in the end, and how many segments are left over, as `news` come in this order. */
function after(...news: readonly (SegmentReport | Meeting)[]): { incarnation: string | undefined; strays: number } {
  const meetings = new Meetings({ changed: () => undefined, told: () => undefined, left: () => undefined, poolOf: () => 'eu' })
  for (const [index, each] of news.entries()) {
    if ('kind' in each) meetings.putObject(each, index)
    else meetings.report(each.meeting.incarnation === smaller ? 'eu-1' : 'us-1', each, index)
  }
  const entry = meetings.get('demo/chat')
  return { incarnation: entry?.incarnation, strays: entry?.strays.size ?? 0 }
}

const ofSmaller = hostedAs(smaller, 'ann')
const ofLarger = hostedAs(larger, 'bob')

test.each([
  ['the smaller last', [ofLarger, ofSmaller]],
  ['the smaller first', [ofSmaller, ofLarger]],
  ['the object of it between them', [ofLarger, objectOf('join'), ofSmaller]],
  ['the object of it first', [objectOf('join'), ofLarger, ofSmaller]],
  ['the object of it last', [ofSmaller, ofLarger, objectOf('join')]],
  ['the object of it twice', [ofSmaller, objectOf('join'), ofLarger, objectOf('join')]],
])('of a meeting that a join made the smaller counts while people are in it, in whichever order it is heard: %s', (_, news) => {
  expect(after(...news)).toEqual({ incarnation: smaller, strays: 0 })
})

test.each([
  ['nobody is in it', [ofLarger, hostedAs(smaller)]],
  ['the object of a person counts the larger', [objectOf('person'), ofLarger, ofSmaller]],
  ['the object of a person that counts the larger comes last', [ofSmaller, ofLarger, objectOf('person')]],
])('a smaller one that follows orders is left over where %s', (_, news) => {
  expect(after(...news)).toEqual({ incarnation: larger, strays: 1 })
})
