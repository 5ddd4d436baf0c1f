import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { specDefaults, type MediaNodePool, type Meeting } from '../../../crds/index.ts'
import { toldOfPools } from '../../placement/poolMistakes.ts'
import { PoolNeeds } from './poolNeeds.ts'

const apiVersion = 'parley.media/v1alpha1' as const
const metadata = (namespace: string, name: string) => ({
  ...{ name, namespace, uid: name, resourceVersion: '1', generation: 1 },
  creationTimestamp: '2026-01-01T00:00:00Z',
})
const namespaces = ['demo', 'other']
const tiers = fc.constantFrom('gold', 'silver')
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined })

const aPool: fc.Arbitrary<MediaNodePool> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c'),
    region: fc.constantFrom('eu', 'us'),
    tier: maybe(tiers),
    allowedNamespaces: maybe(fc.subarray(namespaces)),
  })
  .map(({ name, region, tier, allowedNamespaces }) => ({
    ...{ apiVersion, kind: 'MediaNodePool' },
    metadata: { ...metadata('parley', name), ...(tier === undefined ? {} : { labels: { tier } }) },
    spec: { ...specDefaults.MediaNodePool, region, ...(allowedNamespaces === undefined ? {} : { allowedNamespaces }) },
  }))

const aMeeting: fc.Arbitrary<Meeting> = fc
  .record({
    name: fc.constantFrom('x', 'y', 'z'),
    namespace: fc.constantFrom(...namespaces),
    pools: maybe(fc.subarray(['a', 'b', 'nowhere'], { minLength: 1 })),
    tier: maybe(tiers),
    regions: maybe(fc.subarray(['eu', 'us', 'mars'], { minLength: 1 })),
  })
  .map(({ name, namespace, pools, tier, regions }) => ({
    ...{ apiVersion, kind: 'Meeting', metadata: metadata(namespace, name) },
    spec: {
      ...specDefaults.Meeting,
      ...(pools === undefined ? {} : { pools }),
      ...(tier === undefined ? {} : { poolSelector: { matchLabels: { tier } } }),
      ...(regions === undefined ? {} : { regions }),
    },
  }))

/** The needs, and beside them all meetings, each of which is asked. */
class Both {
  readonly needs = new PoolNeeds()
  readonly #known = new Map<string, Parameters<PoolNeeds['remove']>[0]>()
  readonly #objects = new Map<string, Meeting>()
  #pools: readonly MediaNodePool[] = []

  put(object: Meeting): void {
    const entry = this.#entryOf(object)
    this.needs.put(entry, object)
    this.#objects.set(entry.key, object)
  }

  remove(object: Meeting): void {
    const entry = this.#entryOf(object)
    this.needs.remove(entry)
    this.#objects.delete(entry.key)
  }

  become(pools: readonly MediaNodePool[]): void {
    const before = this.#pools
    this.#pools = pools
    const otherwise = [...this.#objects].filter(([, meeting]) => toldOfPools(before, meeting) !== toldOfPools(pools, meeting))
    expect([...this.needs.toldOtherwise(before, pools)].toSorted()).toEqual(otherwise.map(([key]) => key).toSorted())
  }

  #entryOf({ metadata: { namespace, name } }: Meeting) {
    const key = `${namespace}/${name}`
    const entry = this.#known.get(key) ?? { key, need: undefined }
    this.#known.set(key, entry)
    return entry
  }
}

const aStep = fc.oneof(
  aMeeting.map((it) => ({ what: 'put', it, happen: (both: Both) => both.put(it) })),
  aMeeting.map((it) => ({ what: 'remove', it, happen: (both: Both) => both.remove(it) })),
  fc
    .uniqueArray(aPool, { selector: ({ metadata: { name } }) => name })
    .map((it) => ({ what: 'pools', it, happen: (both: Both) => both.become(it) })),
)

test('whatever pools become, those meetings are looked at that are told otherwise, and no others', () => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 30 }), (steps) => {
      const both = new Both()
      for (const { happen } of steps) happen(both)
    }),
  )
})
