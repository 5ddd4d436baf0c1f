import { expect } from 'vitest'

import type { ContractEvent } from '../contractApi.ts'
import { aMeeting, aNode, cases, mergePatchType, metadataOf, pathsIn, type Situation } from '../contractCase.ts'

const merge = { contentType: mergePatchType }
const told = ({ type, object }: ContractEvent): string => `${type} ${metadataOf(object)['name']}`

async function versionOf({ api }: Situation, path: string): Promise<string> {
  return metadataOf((await api.get(path)).body)['resourceVersion'] ?? ''
}

/** Watches: what comes, in which order, and how they end. */
export const watchCases = cases({
  'a watch tells each change after its version, in order': async (at) => {
    const { nodes } = pathsIn(at.namespace)
    await at.api.post(nodes, aNode('before'))
    const watch = await at.api.watch(nodes, { resourceVersion: await versionOf(at, nodes) })
    const created = (await at.api.post(nodes, aNode('a'))).body
    const patched = (await at.api.patch(`${nodes}/a`, { spec: { cordoned: true } }, merge)).body
    await at.api.delete(`${nodes}/a`)
    const events = await watch.take(3)
    watch.close()
    expect(events.map(told)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a'])
    expect(events[0]?.object).toEqual(created)
    expect(events[1]?.object).toEqual(patched)
    expect(events[2]?.object).toMatchObject({ spec: { cordoned: true }, metadata: { uid: metadataOf(created)['uid'] } })
    const versions = events.map(({ object }) => Number(metadataOf(object)['resourceVersion']))
    expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    expect(new Set(versions).size).toBe(3)
  },
  'a watch goes on where an earlier one ended': async (at) => {
    const { nodes } = pathsIn(at.namespace)
    const start = await versionOf(at, nodes)
    await at.api.post(nodes, aNode('a'))
    const middle = await versionOf(at, `${nodes}/a`)
    await at.api.post(nodes, aNode('b'))
    const all = await at.api.watch(nodes, { resourceVersion: start })
    expect((await all.take(2)).map(told)).toEqual(['ADDED a', 'ADDED b'])
    const rest = await at.api.watch(nodes, { resourceVersion: middle })
    expect((await rest.take(1)).map(told)).toEqual(['ADDED b'])
    all.close()
    rest.close()
  },
  'a watch without a version begins with what there is': async (at) => {
    const { nodes } = pathsIn(at.namespace)
    await at.api.post(nodes, aNode('a'))
    for (const query of [{}, { resourceVersion: '0' }]) {
      const watch = await at.api.watch(nodes, query)
      expect((await watch.take(1)).map(told)).toEqual(['ADDED a'])
      watch.close()
    }
  },
  'a watch of one namespace hears nothing of another': async (at) => {
    const other = await at.api.namespace()
    const { meetings } = pathsIn(at.namespace)
    const watch = await at.api.watch(meetings, { resourceVersion: await versionOf(at, meetings) })
    await at.api.post(pathsIn(other).meetings, aMeeting('there'))
    await at.api.post(meetings, aMeeting('here'))
    expect((await watch.take(1)).map(told)).toEqual(['ADDED here'])
    watch.close()
  },
  'what enters a selection is added, what leaves it is deleted': async (at) => {
    const { nodes } = pathsIn(at.namespace)
    await at.api.post(nodes, aNode('a'))
    const watch = await at.api.watch(nodes, { resourceVersion: await versionOf(at, nodes), labelSelector: 'tier=x' })
    const label = async (tier: string | null) =>
      (await at.api.patch(`${nodes}/a`, { metadata: { labels: { tier } } }, merge)).body
    await label('x')
    await at.api.patch(`${nodes}/a`, { spec: { cordoned: true } }, merge)
    const left = await label('y')
    await label(null)
    await label('x')
    const events = await watch.take(4)
    watch.close()
    expect(events.map(told)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a', 'ADDED a'])
    expect(events[2]?.object).toMatchObject({
      metadata: { resourceVersion: metadataOf(left)['resourceVersion'], labels: { tier: 'x' } },
    })
  },
  'a watch by a field follows the field': async (at) => {
    const { nodes } = pathsIn(at.namespace)
    await at.api.post(nodes, aNode('a'))
    await at.api.post(nodes, aNode('b'))
    const query = { resourceVersion: await versionOf(at, nodes), fieldSelector: 'status.phase=Ready' }
    const watch = await at.api.watch(nodes, query)
    for (const [name, phase] of [
      ['a', 'Pending'],
      ['b', 'Ready'],
      ['b', 'Lost'],
    ] as const)
      await at.api.patch(`${nodes}/${name}/status`, { status: { phase } }, merge)
    expect((await watch.take(2)).map(told)).toEqual(['ADDED b', 'DELETED b'])
    watch.close()
    const one = await at.api.watch(nodes, { fieldSelector: 'metadata.name=b' })
    expect((await one.take(1)).map(told)).toEqual(['ADDED b'])
    one.close()
    await expect(at.api.watch(nodes, { fieldSelector: 'spec.workers=2' })).rejects.toThrow(
      'field label not supported: spec.workers',
    )
  },
  'a watch whose version is forgotten is told so': async (at) => {
    const { nodes } = pathsIn(at.namespace)
    await at.api.post(nodes, aNode('a'))
    const watch = await at.api.watch(nodes, { resourceVersion: await at.forgottenVersion(nodes) })
    const error = await watch.next()
    expect(error).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })
    expect(error?.object['message']).toMatch(/^too old resource version: \d+ \(\d+\)$/)
    expect(await watch.next()).toBeUndefined()
  },
  'a watch may ask for the state first, with a mark at its end': async (at) => {
    const { nodes } = pathsIn(at.namespace)
    await at.api.post(nodes, aNode('a'))
    const query = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' }
    const watch = await at.api.watch(nodes, query)
    const [added, mark] = await watch.take(2)
    watch.close()
    expect(added && told(added)).toBe('ADDED a')
    expect(mark).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    })
    await expect(at.api.watch(nodes, { sendInitialEvents: 'true' })).rejects.toThrow(
      'requires setting resourceVersionMatch to NotOlderThan',
    )
  },
  'finalizers show as changes until the end': async (at) => {
    const { nodes } = pathsIn(at.namespace)
    await at.api.post(nodes, aNode('a', {}, { finalizers: ['parley.media/x'] }))
    const watch = await at.api.watch(nodes, { resourceVersion: await versionOf(at, nodes) })
    await at.api.delete(`${nodes}/a`)
    await at.api.patch(`${nodes}/a`, { metadata: { finalizers: null } }, merge)
    const events = await watch.take(2)
    watch.close()
    expect(events.map(told)).toEqual(['MODIFIED a', 'DELETED a'])
    expect(events[0]?.object).toMatchObject({ metadata: { deletionTimestamp: expect.any(String) as string } })
  },
  'the version of a list is where its watch begins': async (at) => {
    const { nodes } = pathsIn(at.namespace)
    const writing = Promise.all(Array.from({ length: 20 }, (_, index) => at.api.post(nodes, aNode(`n${index}`))))
    const list = (await at.api.get(nodes)).body
    const listed = (list['items'] as readonly object[]).length
    const watch = await at.api.watch(nodes, { resourceVersion: metadataOf(list)['resourceVersion'] ?? '' })
    await writing
    const events = await watch.take(20 - listed)
    watch.close()
    expect(new Set(events.map(told)).size).toBe(20 - listed)
  },
})

/** Watches that take real seconds. */
export const timedWatchCases = cases({
  'a watch ends when its time is up, after a last bookmark': async (at) => {
    const { nodes } = pathsIn(at.namespace)
    await at.api.post(nodes, aNode('a'))
    const watch = await at.api.watch(nodes, {
      resourceVersion: await versionOf(at, nodes),
      allowWatchBookmarks: 'true',
      timeoutSeconds: '4',
    })
    // Progress that this watch does not see: without any, the real server sends no bookmark.
    const elsewhere = await at.api.post(pathsIn(await at.api.namespace()).nodes, aNode('b'))
    const [bookmark] = await watch.take(1)
    expect(bookmark).toMatchObject({ type: 'BOOKMARK', object: { kind: 'MediaNode', apiVersion: 'parley.media/v1alpha1' } })
    expect(Number(metadataOf(bookmark?.object ?? {})['resourceVersion'])).toBeGreaterThanOrEqual(
      Number(metadataOf(elsewhere.body)['resourceVersion']),
    )
    let last = await watch.next()
    while (last) {
      expect(last.type).toBe('BOOKMARK')
      last = await watch.next()
    }
  },
})
