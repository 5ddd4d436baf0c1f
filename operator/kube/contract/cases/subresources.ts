import { expect } from 'vitest'

import { aMeeting, aNode, aPool, cases, causesOf, mergePatchType, metadataOf, pathsIn } from '../contractCase.ts'

const merge = { contentType: mergePatchType }
const condition = (type: string, lastTransitionTime = '2026-01-01T00:00:00Z') => ({
  type,
  status: 'True',
  reason: 'Heard',
  message: 'heard 1 s ago',
  lastTransitionTime,
})

/** Status and scale. */
export const subresourceCases = cases({
  'a status is written by itself': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const created = (await api.post(nodes, aNode('a'))).body
    const status = {
      observedGeneration: 1,
      phase: 'Ready',
      load: '0.3',
      addresses: ['192.0.2.1'],
      conditions: [condition('Ready')],
    }
    const patch = { metadata: { labels: { not: 'this' } }, spec: { cordoned: true }, status }
    const patched = await api.patch(`${nodes}/a/status`, patch, merge)
    expect(patched.code).toBe(200)
    expect(patched.body).toMatchObject({ metadata: { generation: 1 }, spec: { cordoned: false }, status })
    expect(metadataOf(patched.body)['labels']).toBeUndefined()
    expect(Number(metadataOf(patched.body)['resourceVersion'])).toBeGreaterThan(Number(metadataOf(created)['resourceVersion']))
    expect((await api.get(`${nodes}/a/status`)).body).toEqual(patched.body)
  },
  'the object is written without its status': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    await api.post(nodes, aNode('a'))
    await api.patch(`${nodes}/a/status`, { status: { phase: 'Ready' } }, merge)
    const patched = await api.patch(`${nodes}/a`, { spec: { cordoned: true }, status: { phase: 'Lost' } }, merge)
    expect(patched.body).toMatchObject({ metadata: { generation: 2 }, spec: { cordoned: true }, status: { phase: 'Ready' } })
  },
  'a whole status replaces the old one, if the version is right': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    await api.post(nodes, aNode('a'))
    const first = (await api.patch(`${nodes}/a/status`, { status: { phase: 'Ready', load: '0.1' } }, merge)).body
    const second = await api.put(`${nodes}/a/status`, { ...first, status: { phase: 'Cordoned' } })
    expect(second.body['status']).toEqual({ phase: 'Cordoned' })
    expect((await api.put(`${nodes}/a/status`, first)).body).toMatchObject({ code: 409, reason: 'Conflict' })
    expect((await api.put(`${nodes}/a/status`, aNode('a'))).body).toMatchObject({ code: 422 })
  },
  'a status is validated as far as it goes': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    await api.post(nodes, aNode('a'))
    const refusal = async (status: object): Promise<readonly string[]> =>
      causesOf((await api.patch(`${nodes}/a/status`, { status }, merge)).body)
    const notChecked = expect.stringContaining('some validation rules were not checked') as string
    expect(await refusal({ phase: 'Rea', load: '3', meetings: -1 })).toEqual([
      notChecked,
      'status.load FieldValueInvalid Invalid value: "3": load in body should match \'^[0-9]{1,3}\\.[0-9]$\'',
      'status.meetings FieldValueInvalid Invalid value: -1: meetings in body should be greater than or equal to 0',
      'status.phase FieldValueNotSupported Unsupported value: "Rea": supported values: "Pending", "Ready", "Cordoned", "Draining", "Drained", "NotReady", "Lost"',
    ])
    expect(await refusal({ conditions: [condition('Ready', 'x'), condition('Ready')] })).toEqual([
      notChecked,
      'status.conditions[0].lastTransitionTime FieldValueTypeInvalid Invalid value: "x": conditions[0].lastTransitionTime in body must be of type date-time: "x"',
      'status.conditions[1] FieldValueDuplicate Duplicate value: {"type":"Ready"}',
    ])
    expect(await refusal({ conditions: [{ type: 'Ready' }] })).toEqual([
      notChecked,
      'status.conditions[0].lastTransitionTime FieldValueRequired Required value',
      'status.conditions[0].message FieldValueRequired Required value',
      'status.conditions[0].reason FieldValueRequired Required value',
      'status.conditions[0].status FieldValueRequired Required value',
    ])
  },
  'a full status of a meeting is accepted': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    await api.post(meetings, aMeeting('a'))
    const segment = { node: 'node-1', region: 'eu-west', role: 'core', why: 'least loaded', generation: 3, fallback: false }
    const status = {
      observedGeneration: 1,
      phase: 'Active',
      incarnation: '01J9Z6XQ5W8R7T2V3B4N5M6P7Q',
      nodes: 'node-1,node-2',
      segments: [segment, { ...segment, node: 'node-2', role: 'leaf' }],
      participants: '2-5',
      why: 'two regions',
      conditions: [condition('Ready'), condition('Stalled')],
    }
    const patched = await api.patch(`${meetings}/a/status`, { status }, merge)
    expect(patched.body).toMatchObject({ metadata: { generation: 1 }, status })
    const twice = await api.patch(`${meetings}/a/status`, { status: { segments: [segment, segment] } }, merge)
    expect(causesOf(twice.body)).toEqual(['status.segments[1] FieldValueDuplicate Duplicate value: {"node":"node-1"}'])
  },
  'a status has no scale and no deletion': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    await api.post(nodes, aNode('a'))
    expect((await api.get(`${nodes}/a/scale`)).code).toBe(404)
    expect((await api.delete(`${nodes}/a/status`)).body).toMatchObject({ code: 405, reason: 'MethodNotAllowed' })
  },
  'a scale shows and sets the replicas': async ({ api, namespace }) => {
    const { pools } = pathsIn(namespace)
    const created = (await api.post(pools, aPool('p', { replicas: 3 }))).body
    await api.patch(`${pools}/p/status`, { status: { replicas: 2, selector: 'parley.media/pool=p' } }, merge)
    const scale = await api.get(`${pools}/p/scale`)
    expect(scale.body).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: { name: 'p', namespace, uid: metadataOf(created)['uid'] },
      spec: { replicas: 3 },
      status: { replicas: 2, selector: 'parley.media/pool=p' },
    })
    const patched = await api.patch(`${pools}/p/scale`, { spec: { replicas: 5 } }, merge)
    expect(patched.body).toMatchObject({ kind: 'Scale', spec: { replicas: 5 } })
    expect((await api.get(`${pools}/p`)).body).toMatchObject({
      metadata: { generation: 2 },
      spec: { replicas: 5, region: 'eu-west' },
    })
    const put = await api.put(`${pools}/p/scale`, { ...patched.body, spec: { replicas: 1 } })
    expect(put.body).toMatchObject({ spec: { replicas: 1 } })
    expect((await api.put(`${pools}/p/scale`, patched.body)).body).toMatchObject({ code: 409, reason: 'Conflict' })
  },
  'a scale keeps to the bounds of the object': async ({ api, namespace }) => {
    const { pools } = pathsIn(namespace)
    await api.post(pools, aPool('p', { replicas: 3 }))
    const scaled = async (replicas: number): Promise<readonly string[]> =>
      causesOf((await api.patch(`${pools}/p/scale`, { spec: { replicas } }, merge)).body)
    expect(await scaled(-5)).toEqual([
      '.spec.replicas FieldValueInvalid Invalid value: -5: should be a non-negative integer',
      'spec.replicas FieldValueInvalid Invalid value: -5: spec.replicas in body should be greater than or equal to 0',
    ])
    expect(await scaled(5000)).toEqual([
      'spec.replicas FieldValueInvalid Invalid value: 5000: spec.replicas in body should be less than or equal to 1000',
    ])
    expect((await api.put(`${pools}/p/scale`, aPool('p'))).code).toBe(400)
    expect((await api.delete(`${pools}/p/scale`)).body).toMatchObject({ code: 405, reason: 'MethodNotAllowed' })
  },
  'a pool that names no replicas has no scale yet': async ({ api, namespace }) => {
    const { pools } = pathsIn(namespace)
    await api.post(pools, aPool('p'))
    expect((await api.get(`${pools}/p/scale`)).body).toMatchObject({
      code: 500,
      message: 'Internal error occurred: the spec replicas field ".spec.replicas" does not exist',
    })
    const patched = await api.patch(`${pools}/p/scale`, { spec: { replicas: 2 } }, merge)
    expect(patched.body).toMatchObject({ spec: { replicas: 2 } })
  },
})
