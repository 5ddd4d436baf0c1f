import { expect, test } from 'vitest'

import { specDefaults, type MediaNodePool, type Meeting, type MeetingSpec } from '../../../crds/index.ts'
import { Ledger } from '../ledger.ts'

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

const aMeeting = (name: string, spec: Partial<MeetingSpec> = {}): Meeting => ({
  ...{ apiVersion, kind: 'Meeting', metadata: metadata(name) },
  spec: { ...specDefaults.Meeting, ...spec },
})

/** What is looked at when the pool becomes another, with one node in it and such meetings: by default one that asks for nothing particular. */
function looksAt(pool: MediaNodePool | undefined, meetings: readonly Meeting[] = [aMeeting('standup')]): readonly string[] {
  const told: string[] = []
  const note = (kind: string) => (name: string) => void told.push(`${kind} ${name}`)
  const silent = (): void => undefined
  const ledger = new Ledger({ meeting: note('meeting'), node: note('node'), pool: note('pool'), lost: silent })
  ledger.putPool(aPool(), 0)
  const node = { ...specDefaults.MediaNode, pool: 'eu', address: 'http://a:1' }
  const { drain: _, ...spec } = node
  ledger.putNode({ apiVersion, kind: 'MediaNode', metadata: metadata('a'), spec }, { url: node.address }, 0)
  for (const meeting of meetings) ledger.putMeeting(meeting, 0)
  told.length = 0
  if (pool === undefined) ledger.removePool('eu', 1)
  else ledger.putPool(pool, 1)
  return [...new Set(told)].toSorted()
}

test('the status of a pool, which its operator writes, makes nobody look at its nodes and meetings', () => {
  expect(looksAt(aPool({ status: { ready: 1 } }))).toEqual(['pool eu'])
})

test('how many it should have is looked at by nobody else, nor how it follows the operator; another template is by its nodes', () => {
  expect(looksAt(aPool({ replicas: 3 }))).toEqual(['pool eu'])
  expect(looksAt(aPool({ update: { policy: 'Auto' } }))).toEqual(['pool eu'])
  expect(looksAt(aPool({ image: 'another' }))).toEqual(['node a', 'pool eu'])
  expect(looksAt(aPool({ uid: 'another' }))).toEqual(['node a', 'pool eu'])
})

test('whom it serves is looked at by the meetings that are told otherwise, and by no node', () => {
  const gold = { matchLabels: { tier: 'gold' } }
  const meetings = [aMeeting('plain'), aMeeting('golden', { poolSelector: gold }), aMeeting('elsewhere', { pools: ['us'] })]
  expect(looksAt(aPool({ allowedNamespaces: ['demo'] }), meetings)).toEqual(['pool eu'])
  expect(looksAt(aPool({ allowedNamespaces: ['other'] }), meetings)).toEqual(['meeting demo/plain', 'pool eu'])
  expect(looksAt(aPool({ labels: { tier: 'gold' } }), meetings)).toEqual(['meeting demo/golden', 'pool eu'])
  expect(looksAt(aPool({ labels: { tier: 'silver' } }), meetings)).toEqual(['pool eu'])
})

test('a pool that goes is looked at by its nodes, and by the meetings that have none left', () => {
  const meetings = [aMeeting('plain'), aMeeting('named', { pools: ['eu'] }), aMeeting('elsewhere', { pools: ['us'] })]
  expect(looksAt(undefined, meetings)).toEqual(['meeting demo/named', 'meeting demo/plain', 'node a', 'pool eu'])
})
