import { expect, test } from 'vitest'

import { topologyMeetingOf } from '../service/topologyOf.ts'
import { ALedger, outcomeOf } from '../testing/aLedger.ts'
import { poolsFor } from './pools.ts'

/** Two pools with labels and one without any, of which `c` would always be the least loaded node. */
const labelled = (): ALedger =>
  new ALedger()
    .pool('gold', 'eu-west', { labels: { tier: 'gold', gpu: '' } })
    .pool('silver', 'eu-west', { labels: { tier: 'silver' } })
    .pool('plain', 'us-east')
    .node('a', { pool: 'gold', cpu: 0.3 })
    .node('b', { pool: 'silver', cpu: 0.2 })
    .node('c', { pool: 'plain' })

test('a meeting goes to the pools that its selector means, whatever else is less loaded', () => {
  const world = labelled()
  world.meeting('golden', { poolSelector: { matchLabels: { tier: 'gold' } } })
  world.meeting('tiered', { poolSelector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] } })
  world.meeting('cheap', { poolSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['gold', 'silver'] }] } })
  world.meeting('any', { poolSelector: {} })
  expect(['golden', 'tiered', 'cheap', 'any'].map((name) => outcomeOf(world.decide(name, 'ann')))).toEqual(['a', 'b', 'c', 'c'])
})

test('pools by name, labels and regions have to hold together', () => {
  const world = labelled()
  world.meeting('both', {
    pools: ['gold', 'plain'],
    poolSelector: { matchExpressions: [{ key: 'gpu', operator: 'DoesNotExist' }] },
  })
  world.meeting('far', { poolSelector: { matchLabels: { tier: 'gold' } }, regions: ['us-east'] })
  world.meeting('none', { poolSelector: { matchLabels: { tier: 'bronze' } } })
  expect(outcomeOf(world.decide('both', 'ann'))).toBe('c')
  expect(world.decide('far', 'ann')).toMatchObject({ code: 'no_region' })
  expect(world.decide('none', 'ann')).toEqual({
    result: 'refused',
    code: 'no_pool_selected',
    reason: 'spec.poolSelector: no MediaNodePool has the labels tier=bronze',
  })
})

test('a pool that gets the labels takes the meeting from then on', () => {
  const world = labelled().meeting('bronzed', { poolSelector: { matchLabels: { tier: 'bronze' } } })
  expect(outcomeOf(world.decide('bronzed', 'ann'))).toBe('no_pool_selected')
  world.pool('plain', 'us-east', { labels: { tier: 'bronze' } })
  expect(outcomeOf(world.decide('bronzed', 'ann'))).toBe('c')
  world.meeting('bronzed', { poolSelector: { matchLabels: { tier: 'gold' } } })
  expect(outcomeOf(world.decide('bronzed', 'ann'))).toBe('a')
})

test('the fallback is told the pools of a selector by name', () => {
  const world = labelled().meeting('tiered', { poolSelector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] } })
  world.meeting('none', { poolSelector: { matchLabels: { tier: 'bronze' } } })
  const pools = (name: string) => topologyMeetingOf(world.ledger.meetings.get(`demo/${name}`), world.ledger.nodes.pools())?.pools
  expect([pools('tiered'), pools('none')]).toEqual([['gold', 'silver'], []])
})

test('what pools a meeting may use is one list until pools or meeting change, so that their regions are worked out once', () => {
  const world = labelled().pool('own', 'eu-west', { allowedNamespaces: ['other'], adHocMeetings: { enabled: true, max: 1 } })
  world.meeting('tiered', { poolSelector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, regions: ['eu-west'] })
  const choice = (name: string) => {
    const { view, wish } = world.look(name, 'ann')
    const found = poolsFor(view, wish)
    return 'pools' in found ? found.pools : found
  }
  for (const name of ['tiered', 'ad-hoc']) {
    const before = choice(name)
    world.nowMs += 10
    expect(choice(name)).toBe(before)
    world.pool('plain', 'us-east')
    expect(choice(name)).not.toBe(before)
  }
})

test('who finds no pool that makes a meeting is told the field that decides, and of which pools', () => {
  const wants = (world: ALedger) => world.decide('ad-hoc', 'ann')
  const max = new ALedger().pool('eu', 'eu-west', { adHocMeetings: { enabled: true, max: 0 } })
  for (const name of ['eu2', 'eu3', 'eu4']) max.pool(name, 'eu-west', { adHocMeetings: { enabled: true, max: 0 } })
  expect(wants(max)).toMatchObject({
    code: 'ad_hoc_limit',
    reason: 'demo/ad-hoc would be one more than spec.adHocMeetings.max allows (eu: 0, eu2: 0, eu3: 0, ...)',
  })
  const off = new ALedger().pool('eu', 'eu-west', { adHocMeetings: { enabled: false, max: 1 } })
  expect(wants(off)).toMatchObject({
    code: 'meeting_unknown',
    reason: expect.stringContaining('(spec.adHocMeetings.enabled)') as string,
  })
  const others = new ALedger().pool('eu', 'eu-west', { allowedNamespaces: ['other'] })
  expect(wants(others)).toMatchObject({
    code: 'ad_hoc_not_allowed',
    reason: expect.stringMatching(/takes the namespace demo$/) as string,
  })
})
