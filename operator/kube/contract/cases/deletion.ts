import { expect } from 'vitest'

import { aLease, aNode, aPool, cases, mergePatchType, metadataOf, namesIn, pathsIn } from '../contractCase.ts'

const merge = { contentType: mergePatchType }

/** Deleting one and many, preconditions and finalizers. */
export const deletionCases = cases({
  'a deleted object is gone, and its name is free': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const first = metadataOf((await api.post(nodes, aNode('a'))).body)
    const deleted = await api.delete(`${nodes}/a`)
    expect(deleted.code).toBe(200)
    expect(deleted.body).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'a', group: 'parley.media', kind: 'medianodes', uid: first['uid'] },
    })
    expect((await api.get(`${nodes}/a`)).code).toBe(404)
    expect((await api.delete(`${nodes}/a`)).body).toMatchObject({
      code: 404,
      message: 'medianodes.parley.media "a" not found',
    })
    const second = metadataOf((await api.post(nodes, aNode('a'))).body)
    expect(second['uid']).not.toBe(first['uid'])
  },
  'a delete may demand an identity and a version': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const { uid, resourceVersion } = metadataOf((await api.post(nodes, aNode('a'))).body)
    const withUid = await api.delete(`${nodes}/a`, { preconditions: { uid: 'another' } })
    expect(withUid.body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on MediaNode.parley.media "a": the UID in the precondition (another) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    })
    const withVersion = await api.delete(`${nodes}/a`, { preconditions: { resourceVersion: '1' } })
    expect(withVersion.body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on MediaNode.parley.media "a": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    })
    expect((await api.get(`${nodes}/a`)).code).toBe(200)
    const options = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      preconditions: { uid, resourceVersion },
      propagationPolicy: 'Background',
    }
    expect((await api.delete(`${nodes}/a`, options)).code).toBe(200)
  },
  'a dry run deletes nothing': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    await api.post(nodes, aNode('a'))
    expect((await api.delete(`${nodes}/a`, undefined, { query: { dryRun: 'All' } })).code).toBe(200)
    expect((await api.get(`${nodes}/a`)).code).toBe(200)
  },
  'finalizers keep an object until the last one is gone': async ({ api, namespace }) => {
    const path = `${pathsIn(namespace).pools}/p`
    const finalizers = ['parley.media/a', 'parley.media/b']
    await api.post(pathsIn(namespace).pools, aPool('p', {}, { finalizers }))
    const deleted = await api.delete(path)
    expect(deleted.body).toMatchObject({
      kind: 'MediaNodePool',
      metadata: { finalizers, generation: 2, deletionGracePeriodSeconds: 0 },
    })
    const again = await api.delete(path)
    expect(metadataOf(again.body)['resourceVersion']).toBe(metadataOf(deleted.body)['resourceVersion'])
    const added = await api.patch(path, { metadata: { finalizers: [...finalizers, 'parley.media/c'] } }, merge)
    expect(added.body).toMatchObject({ code: 422 })
    expect(added.body['message']).toContain(
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"parley.media/c"}',
    )
    const one = await api.patch(path, { metadata: { finalizers: ['parley.media/a'] } }, merge)
    expect(one.body).toMatchObject({
      metadata: { finalizers: ['parley.media/a'], deletionTimestamp: expect.any(String) as string },
    })
    const none = await api.patch(path, { metadata: { finalizers: null } }, merge)
    expect(none.code).toBe(200)
    expect((await api.get(path)).code).toBe(404)
  },
  'many are deleted by their labels': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    for (const [name, tier] of [
      ['a', 'x'],
      ['b', 'y'],
      ['c', 'x'],
    ] as const)
      await api.post(nodes, aNode(name, {}, { labels: { tier } }))
    const deleted = await api.delete(nodes, undefined, { query: { labelSelector: 'tier=x' } })
    expect([deleted.code, deleted.body['kind'], namesIn(deleted.body)]).toEqual([200, 'MediaNodeList', ['a', 'c']])
    expect(namesIn((await api.get(nodes)).body)).toEqual(['b'])
    await api.delete(nodes)
    expect(namesIn((await api.get(nodes)).body)).toEqual([])
  },
  'nothing is deleted by a field that cannot be selected': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    await api.post(nodes, aNode('a'))
    expect((await api.delete(nodes, undefined, { query: { fieldSelector: 'spec.workers=2' } })).code).toBe(400)
    expect((await api.get(`${nodes}/a`)).code).toBe(200)
  },
  'a lease is deleted like any object': async ({ api, namespace }) => {
    const { leases } = pathsIn(namespace)
    await api.post(leases, aLease('l'))
    expect((await api.delete(`${leases}/l`)).body).toMatchObject({ status: 'Success' })
  },
})
