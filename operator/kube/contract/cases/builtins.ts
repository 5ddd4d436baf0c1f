import { expect } from 'vitest'

import { aLease, aMeeting, cases, mergePatchType, metadataOf, namesIn, pathsIn } from '../contractCase.ts'

const anEvent = (name: string, involved: object, fields: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name },
  involvedObject: involved,
  reason: 'Placed',
  message: 'on node-1: least loaded of 3',
  type: 'Normal',
  source: { component: 'parley-operator' },
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:00:00Z',
  count: 1,
  ...fields,
})

/** Leases, events and namespaces. */
export const builtinCases = cases({
  'a lease is taken over by whoever knows its version': async ({ api, namespace }) => {
    const { leases } = pathsIn(namespace)
    const time = '2026-01-01T00:00:00.123456Z'
    const spec = { holderIdentity: 'a', leaseDurationSeconds: 15, acquireTime: time, renewTime: time, leaseTransitions: 0 }
    const created = await api.post(leases, aLease('leader', spec))
    expect(created.body).toMatchObject({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec })
    expect(metadataOf(created.body)['generation']).toBeUndefined()
    const taken = await api.put(`${leases}/leader`, {
      ...created.body,
      spec: { ...spec, holderIdentity: 'b', leaseTransitions: 1 },
    })
    expect(taken.body).toMatchObject({ spec: { holderIdentity: 'b', leaseTransitions: 1 } })
    expect((await api.put(`${leases}/leader`, created.body)).body).toMatchObject({
      code: 409,
      message:
        'Operation cannot be fulfilled on leases.coordination.k8s.io "leader": the object has been modified; please apply your changes to the latest version and try again',
    })
    const annotated = {
      metadata: { annotations: { 'parley.media/epoch': '7' }, resourceVersion: metadataOf(taken.body)['resourceVersion'] },
    }
    const patched = await api.patch(`${leases}/leader`, annotated, { contentType: mergePatchType })
    expect(patched.body).toMatchObject({
      metadata: { annotations: { 'parley.media/epoch': '7' } },
      spec: { holderIdentity: 'b' },
    })
  },
  'an event is found by what it is about': async ({ api, namespace }) => {
    const { events } = pathsIn(namespace)
    const about = (name: string) => ({
      kind: 'Meeting',
      namespace,
      name,
      uid: `uid-of-${name}`,
      apiVersion: 'parley.media/v1alpha1',
    })
    const created = await api.post(events, anEvent('a.1', about('a')))
    expect(created.code).toBe(201)
    expect(created.body).toMatchObject({ reason: 'Placed', involvedObject: about('a'), source: { component: 'parley-operator' } })
    await api.post(events, anEvent('b.1', about('b'), { type: 'Warning', reason: 'NoRoom' }))
    const select = async (fieldSelector: string): Promise<readonly string[]> =>
      namesIn((await api.get(events, { query: { fieldSelector } })).body)
    expect(await select(`involvedObject.name=a,involvedObject.namespace=${namespace},involvedObject.kind=Meeting`)).toEqual([
      'a.1',
    ])
    expect(await select('involvedObject.uid=uid-of-b')).toEqual(['b.1'])
    expect(await select('type=Warning')).toEqual(['b.1'])
    expect(await select('reason!=NoRoom')).toEqual(['a.1'])
  },
  'an event is counted up without its version': async ({ api, namespace }) => {
    const { events } = pathsIn(namespace)
    await api.post(events, anEvent('a.1', { kind: 'Meeting', namespace, name: 'a' }))
    const patch = { count: 2, lastTimestamp: '2026-01-01T00:01:00Z' }
    const patched = await api.patch(`${events}/a.1`, patch, { contentType: mergePatchType })
    expect(patched.body).toMatchObject(patch)
  },
  'a namespace shows its name and phase, and what is in it goes with it': async ({ api }) => {
    const name = await api.namespace()
    const namespace = await api.get(`/api/v1/namespaces/${name}`)
    expect(namespace.body).toMatchObject({
      metadata: { labels: { 'kubernetes.io/metadata.name': name } },
      status: { phase: 'Active' },
    })
    await api.post(pathsIn(name).meetings, aMeeting('a'))
    const deleted = await api.delete(`/api/v1/namespaces/${name}`)
    expect(deleted.body).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } })
    expect((await api.post(pathsIn(name).meetings, aMeeting('b'))).code).toBeGreaterThanOrEqual(403)
  },
  'the first namespaces stay': async ({ api }) => {
    expect((await api.delete('/api/v1/namespaces/default')).body).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
    })
    expect((await api.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'A.b' } })).code).toBe(
      422,
    )
  },
})
