import { expect, test } from 'vitest'

import { specDefaults, type MediaNodePool } from '../../crds/index.ts'
import { Ledger } from './ledger.ts'

const metadata = (name: string) => ({
  ...{ name, namespace: 'demo', uid: name, resourceVersion: '1', generation: 1 },
  creationTimestamp: '2026-01-01T00:00:00Z',
})
const apiVersion = 'parley.media/v1alpha1' as const

function aPool(
  more: { uid?: string; labels?: Record<string, string>; status?: MediaNodePool['status'] } & Partial<MediaNodePool['spec']> = {},
): MediaNodePool {
  const { uid = 'eu', labels, status = {}, ...spec } = more
  return {
    ...{ apiVersion, kind: 'MediaNodePool', status },
    metadata: { ...metadata('eu'), uid, ...(labels === undefined ? {} : { labels }) },
    spec: { ...specDefaults.MediaNodePool, region: 'eu-west', ...spec },
  }
}

/** What is looked at when the pool becomes another, with one node in it and one meeting. */
function looksAt(...pools: readonly MediaNodePool[]): readonly string[] {
  const told: string[] = []
  const note = (kind: string) => (name: string) => void told.push(`${kind} ${name}`)
  const silent = (): void => undefined
  const ledger = new Ledger({ meeting: note('meeting'), node: note('node'), pool: note('pool'), lost: silent })
  ledger.putPool(aPool(), 0)
  const node = { ...specDefaults.MediaNode, pool: 'eu', address: 'http://a:1' }
  const { drain: _, ...spec } = node
  ledger.putNode({ apiVersion, kind: 'MediaNode', metadata: metadata('a'), spec }, node.address, 0)
  ledger.putMeeting({ apiVersion, kind: 'Meeting', metadata: metadata('standup'), spec: specDefaults.Meeting }, 0)
  told.length = 0
  for (const pool of pools) ledger.putPool(pool, 1)
  return [...new Set(told)].toSorted()
}

test('the status of a pool, which its operator writes, makes nobody look at its nodes and meetings', () => {
  expect(looksAt(aPool({ status: { ready: 1 } }))).toEqual(['pool eu'])
})

test('how many it should have is looked at by nobody else, another spec by its nodes, and whom it serves by the meetings', () => {
  expect(looksAt(aPool({ replicas: 3 }))).toEqual(['pool eu'])
  expect(looksAt(aPool({ image: 'another' }))).toEqual(['node a', 'pool eu'])
  const all = ['meeting demo/standup', 'node a', 'pool eu']
  expect(looksAt(aPool({ allowedNamespaces: ['demo'] }))).toEqual(all)
  expect(looksAt(aPool({ labels: { tier: 'gold' } }))).toEqual(['meeting demo/standup', 'pool eu'])
  expect(looksAt(aPool({ uid: 'another' }))).toEqual(all)
})
