import { expect } from 'vitest'

import { specDefaults } from '../../../../crds/index.ts'
import { aMeeting, aNode, cases, metadataOf, pathsIn } from '../contractCase.ts'

/** Create, get, update and what each refuses. */
export const objectCases = cases({
  'a created object has identity, version, generation and defaults': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    const created = await api.post(meetings, aMeeting('standup', { title: 'Stand-up' }, { labels: { team: 'a' } }))
    expect(created.code).toBe(201)
    expect(created.body).toMatchObject({
      apiVersion: 'parley.media/v1alpha1',
      kind: 'Meeting',
      metadata: { name: 'standup', namespace, generation: 1, labels: { team: 'a' } },
      spec: { title: 'Stand-up', ...specDefaults.Meeting },
    })
    const metadata = metadataOf(created.body)
    expect(metadata['uid']).toMatch(/^[0-9a-f-]{36}$/)
    expect(metadata['creationTimestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Number(metadata['resourceVersion'])).toBeGreaterThan(0)
    expect((await api.get(`${meetings}/standup`)).body).toEqual(created.body)
  },
  'a missing object is named': async ({ api, namespace }) => {
    const answer = await api.get(`${pathsIn(namespace).meetings}/nobody`)
    expect(answer.code).toBe(404)
    expect(answer.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'meetings.parley.media "nobody" not found',
      reason: 'NotFound',
      details: { name: 'nobody', group: 'parley.media', kind: 'meetings' },
      code: 404,
    })
  },
  'a name is taken once': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    await api.post(meetings, aMeeting('a'))
    const again = await api.post(meetings, aMeeting('a'))
    expect(again.body).toMatchObject({ code: 409, reason: 'AlreadyExists', message: 'meetings.parley.media "a" already exists' })
  },
  'a name is made from generateName': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    const made = { ...aMeeting(''), metadata: { generateName: 'adhoc-' } }
    const names = await Promise.all([1, 2, 3].map(async () => metadataOf((await api.post(meetings, made)).body)['name']))
    for (const name of names) expect(name).toMatch(/^adhoc-[a-z0-9]{5}$/)
    expect(new Set(names).size).toBe(3)
  },
  'a namespace must exist': async ({ api }) => {
    const answer = await api.post(pathsIn('no-such').meetings, aMeeting('a'))
    expect(answer.body).toMatchObject({
      code: 404,
      message: 'namespaces "no-such" not found',
      details: { name: 'no-such', kind: 'namespaces' },
    })
    expect((await api.get(pathsIn('no-such').meetings)).body).toMatchObject({ kind: 'MeetingList', items: [] })
  },
  'the path and the body must agree': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    const elsewhere = await api.post(meetings, aMeeting('a', {}, { namespace: 'default' }))
    expect(elsewhere.body).toMatchObject({
      code: 400,
      message: 'the namespace of the provided object does not match the namespace sent on the request',
    })
    const created = await api.post(meetings, aMeeting('a'))
    const renamed = { ...created.body, metadata: { ...metadataOf(created.body), name: 'b' } }
    expect((await api.put(`${meetings}/a`, renamed)).body).toMatchObject({
      code: 400,
      message: 'the name of the object (b) does not match the name on the URL (a)',
    })
    const otherVersion = { ...aMeeting('c'), apiVersion: 'parley.media/v2' }
    expect((await api.post(meetings, otherVersion)).body).toMatchObject({
      code: 400,
      message: 'the API version in the data (parley.media/v2) does not match the expected API version (parley.media/v1alpha1)',
    })
    expect((await api.post(meetings, { ...aMeeting('c'), kind: 'Meting' })).body).toMatchObject({
      code: 422,
      message: 'Meting.parley.media "c" is invalid: kind: Invalid value: "Meting": must be Meeting',
    })
  },
  'an update changes the spec and counts a generation': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const created = (await api.post(nodes, aNode('a'))).body
    const cordoned = { ...created, spec: { ...(created['spec'] as object), cordoned: true } }
    const updated = await api.put(`${nodes}/a`, cordoned)
    expect(updated.body).toMatchObject({
      metadata: { generation: 2, uid: metadataOf(created)['uid'] },
      spec: { cordoned: true, workers: 2 },
    })
    expect(Number(metadataOf(updated.body)['resourceVersion'])).toBeGreaterThan(Number(metadataOf(created)['resourceVersion']))
  },
  'a change of labels counts no generation': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const created = (await api.post(nodes, aNode('a'))).body
    const labelled = { ...created, metadata: { ...metadataOf(created), labels: { x: 'y' } } }
    expect((await api.put(`${nodes}/a`, labelled)).body).toMatchObject({
      metadata: { generation: 1, labels: { x: 'y' } },
    })
  },
  'an update that changes nothing keeps the version': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const created = (await api.post(nodes, aNode('a'))).body
    const updated = (await api.put(`${nodes}/a`, created)).body
    expect(metadataOf(updated)['resourceVersion']).toBe(metadataOf(created)['resourceVersion'])
  },
  'an update must name the version that it changes': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const created = (await api.post(nodes, aNode('a'))).body
    expect((await api.put(`${nodes}/a`, aNode('a'))).body).toMatchObject({
      code: 422,
      message:
        'medianodes.parley.media "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    })
    const changed = await api.put(`${nodes}/a`, { ...created, spec: { ...(created['spec'] as object), cordoned: true } })
    expect(changed.code).toBe(200)
    expect((await api.put(`${nodes}/a`, created)).body).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on medianodes.parley.media "a": the object has been modified; please apply your changes to the latest version and try again',
    })
  },
  'an update of another object under the same name is refused': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const created = (await api.post(nodes, aNode('a'))).body
    const other = { ...created, metadata: { ...metadataOf(created), uid: '00000000-0000-4000-8000-000000000000' } }
    const answer = await api.put(`${nodes}/a`, other)
    expect(answer.body).toMatchObject({ code: 409, reason: 'Conflict' })
    expect(answer.body['message']).toContain('Precondition failed: UID in precondition: 00000000-0000-4000-8000-000000000000')
  },
  'an update of what does not exist is no create': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const answer = await api.put(`${nodes}/a`, aNode('a', {}, { resourceVersion: '1' }))
    expect(answer.body).toMatchObject({ code: 404, message: 'medianodes.parley.media "a" not found' })
  },
  'a create may not carry a version': async ({ api, namespace }) => {
    const answer = await api.post(pathsIn(namespace).nodes, aNode('a', {}, { resourceVersion: '5' }))
    expect(answer.body).toMatchObject({ code: 500, message: 'resourceVersion should not be set on objects to be created' })
  },
  'what only the server sets is not taken from a client': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const forged = {
      uid: 'x',
      generation: 7,
      creationTimestamp: '2020-01-01T00:00:00Z',
      deletionTimestamp: '2020-01-01T00:00:00Z',
    }
    const created = (await api.post(nodes, { ...aNode('a', {}, forged), status: { phase: 'Ready' } })).body
    expect(created).toMatchObject({ metadata: { generation: 1 } })
    expect(metadataOf(created)['uid']).not.toBe('x')
    expect(metadataOf(created)['creationTimestamp']).not.toBe(forged.creationTimestamp)
    expect(metadataOf(created)['deletionTimestamp']).toBeUndefined()
    expect(created['status']).toBeUndefined()
  },
  'a dry run answers and leaves nothing': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    expect((await api.post(nodes, aNode('a'), { query: { dryRun: 'All' } })).code).toBe(201)
    expect((await api.get(`${nodes}/a`)).code).toBe(404)
    expect((await api.post(nodes, aNode('a'), { query: { dryRun: 'Some' } })).code).toBe(422)
  },
})
