import { expect, test } from 'vitest'

import type { MediaNodePool, MeetingSpec } from '../../crds/index.ts'
import { ALedger } from '../testing/aLedger.ts'
import { whyNotPool } from './poolRefused.ts'

/** Why `standup` of the namespace `demo`, with this spec where it has an object, may not use the pool `gold` in eu-west. */
function whyNot(pool: Partial<MediaNodePool['spec']>, spec?: Partial<MeetingSpec>): string | undefined {
  const world = new ALedger().pool('gold', 'eu-west', pool)
  if (spec !== undefined) world.meeting('standup', spec)
  const { view, wish } = world.look('standup', 'ann')
  const [gold] = view.pools
  if (gold === undefined) throw new Error('there is no pool')
  return whyNotPool(view, wish, gold)
}

test.each<[string | undefined, Partial<MediaNodePool['spec']>, Partial<MeetingSpec> | undefined]>([
  [undefined, {}, {}],
  [undefined, {}, { pools: ['gold'], regions: ['eu-west'] }],
  ['its pool gold does not take the namespace demo', { allowedNamespaces: ['other'] }, {}],
  ['spec.pools does not name its pool gold', {}, { pools: ['silver'] }],
  ['spec.poolSelector does not select its pool gold', {}, { poolSelector: { matchLabels: { tier: 'gold' } } }],
  ['spec.regions does not allow eu-west', {}, { regions: ['us-east'] }],
  [undefined, {}, undefined],
  [
    'its pool gold makes no meetings on the first join (spec.adHocMeetings.enabled)',
    { adHocMeetings: { enabled: false, max: 1 } },
    undefined,
  ],
  [
    'its pool gold has made as many meetings as spec.adHocMeetings.max allows',
    { adHocMeetings: { enabled: true, max: 0 } },
    undefined,
  ],
])('%s', (why, pool, spec) => {
  expect(whyNot(pool, spec)).toBe(why)
})
