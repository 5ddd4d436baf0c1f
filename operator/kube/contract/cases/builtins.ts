import { expect } from 'vitest'

import { aLease, aMeeting, cases, causesOf, mergePatchType, metadataOf, namesIn, pathsIn } from '../contractCase.ts'

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
  'a lease whose fields make no sense is refused': async ({ api, namespace }) => {
    const { leases } = pathsIn(namespace)
    const bounds = await api.post(leases, aLease('l', { leaseDurationSeconds: 0, leaseTransitions: -1 }))
    expect(causesOf(bounds.body)).toEqual([
      'spec.leaseDurationSeconds FieldValueInvalid Invalid value: 0: must be greater than 0',
      'spec.leaseTransitions FieldValueInvalid Invalid value: -1: must be greater than or equal to 0',
    ])
    // Times of leases have six digits after the point, no fewer and no more.
    for (const renewTime of ['x', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123Z']) {
      const time = await api.post(leases, aLease('l', { renewTime }))
      expect(time.body).toMatchObject({ code: 400, reason: 'BadRequest' })
      expect(time.body['message']).toContain(
        `Lease in version "v1" cannot be handled as a Lease: parsing time "${renewTime}" as "2006-01-02T15:04:05.000000Z07:00"`,
      )
    }
    const type = await api.post(leases, aLease('l', { leaseDurationSeconds: '15' }))
    expect(type.body).toMatchObject({ code: 400 })
    expect(type.body['message']).toContain(
      'cannot be handled as a Lease: json: cannot unmarshal string into Go struct field Lease',
    )
    const strict = await api.post(leases, aLease('l', { nope: 1 }), { query: { fieldValidation: 'Strict' } })
    expect(strict.body['message']).toContain('strict decoding error: unknown field "spec.nope"')
    await api.post(leases, aLease('l'))
    const patched = await api.patch(`${leases}/l`, { spec: { renewTime: 'x' } }, { contentType: mergePatchType })
    expect(patched.body).toMatchObject({ code: 422 })
    expect(patched.body['message']).toContain('parsing time "x"')
  },
  'an event stands in the namespace of what it is about': async ({ api, namespace }) => {
    const { events } = pathsIn(namespace)
    for (const about of [undefined, 'other']) {
      const answer = await api.post(events, anEvent('a.1', { kind: 'Meeting', name: 'a', namespace: about }))
      expect(causesOf(answer.body)).toEqual([
        `involvedObject.namespace FieldValueInvalid Invalid value: "${about ?? ''}": does not match event.namespace`,
      ])
    }
    const time = '2026-01-01T00:00:00.123456Z'
    const newer = await api.post(
      events,
      anEvent('a.1', { kind: 'Meeting', name: 'a', namespace }, { eventTime: time, reason: '' }),
    )
    expect(causesOf(newer.body)).toEqual(
      expect.arrayContaining(
        ['action', 'reason', 'reportingComponent', 'reportingInstance'].map(
          (name) => `${name} FieldValueRequired Required value`,
        ),
      ),
    )
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
