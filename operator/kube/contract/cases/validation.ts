import { expect } from 'vitest'

import { specDefaults } from '../../../../crds/index.ts'
import type { Body } from '../contractApi.ts'
import { aMeeting, aNode, aPool, cases, causesOf, mergePatchType, metadataOf, pathsIn, type Situation } from '../contractCase.ts'

const notChecked =
  '<nil> FieldValueInvalid Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

async function refused({ api, namespace }: Situation, body: Body): Promise<readonly string[]> {
  const kind = body['kind'] === 'Meeting' ? 'meetings' : body['kind'] === 'MediaNode' ? 'nodes' : 'pools'
  const answer = await api.post(pathsIn(namespace)[kind], body)
  expect(answer.body).toMatchObject({ code: 422, reason: 'Invalid' })
  return causesOf(answer.body)
}

const labelPattern = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$'

/** Schema, defaults, pruning and rules, in the words that a user reads. */
export const validationCases = cases({
  'unknown fields are dropped, named, or refused, as the client wishes': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    const body = { ...aMeeting('a', { nope: 1, capacity: { nope: 1 } }, { nope: 1 }), nope: {} }
    const named = ['metadata.nope', 'nope', 'spec.capacity.nope', 'spec.nope'].map((path) => `unknown field "${path}"`)
    const warned = await api.post(meetings, body)
    expect(warned.code).toBe(201)
    expect(warned.warnings.join(', ')).toBe(named.map((text) => `299 - ${JSON.stringify(text)}`).join(', '))
    expect(warned.body['spec']).toEqual({ capacity: {}, ...specDefaults.Meeting })
    expect(warned.body['nope']).toBeUndefined()
    const strict = await api.post(meetings, body, { query: { fieldValidation: 'Strict' } })
    expect(strict.body).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message: `Meeting in version "v1alpha1" cannot be handled as a Meeting: strict decoding error: ${named.join(', ')}`,
    })
    const ignored = await api.post(meetings, { ...body, metadata: { name: 'b' } }, { query: { fieldValidation: 'Ignore' } })
    expect([ignored.code, ignored.warnings]).toEqual([201, []])
    expect((await api.post(meetings, body, { query: { fieldValidation: 'Maybe' } })).body).toMatchObject({ code: 422 })
  },
  'nulls count as absent': async ({ api, namespace }) => {
    const created = await api.post(pathsIn(namespace).meetings, aMeeting('a', { title: null, capacity: null, ended: null }))
    expect(created.body['spec']).toEqual(specDefaults.Meeting)
  },
  'a spec that is missing where nothing is required is filled in': async ({ api, namespace }) => {
    const created = await api.post(pathsIn(namespace).meetings, { ...aMeeting('a'), spec: null })
    expect(created.body['spec']).toEqual(specDefaults.Meeting)
  },
  'wrong types are told with both types': async (at) => {
    expect(await refused(at, aMeeting('a', { title: 3 }))).toEqual([
      notChecked,
      'spec.title FieldValueTypeInvalid Invalid value: "integer": spec.title in body must be of type string: "integer"',
    ])
    expect(await refused(at, aMeeting('a', { capacity: { maxParticipants: 1.5 } }))).toEqual([
      notChecked,
      'spec.capacity.maxParticipants FieldValueTypeInvalid Invalid value: "number": spec.capacity.maxParticipants in body must be of type integer: "number"',
    ])
    expect(await refused(at, { ...aMeeting('a'), spec: [] })).toEqual([
      notChecked,
      'spec FieldValueTypeInvalid Invalid value: "array": spec in body must be of type object: "array"',
    ])
    expect(await refused(at, aMeeting('a', { pools: [null] }))).toEqual([
      notChecked,
      'spec.pools[0] FieldValueTypeInvalid Invalid value: "null": spec.pools[0] in body must be of type string: "null"',
    ])
  },
  'bounds are told with the bound': async (at) => {
    expect(
      await refused(at, aMeeting('a', { emptyTimeoutSeconds: -1, capacity: { maxParticipants: 100_001 }, pools: [] })),
    ).toEqual([
      'spec.capacity.maxParticipants FieldValueInvalid Invalid value: 100001: spec.capacity.maxParticipants in body should be less than or equal to 100000',
      'spec.emptyTimeoutSeconds FieldValueInvalid Invalid value: -1: spec.emptyTimeoutSeconds in body should be greater than or equal to 0',
      'spec.pools FieldValueInvalid Invalid value: 0: spec.pools in body should have at least 1 items',
    ])
    expect(await refused(at, aMeeting('a', { title: 'é'.repeat(201) }))).toEqual([
      notChecked,
      'spec.title FieldValueTooLong Too long: may not be more than 200 bytes',
    ])
    const tooMany = Array.from({ length: 17 }, (_, index) => `p${index}`)
    expect(await refused(at, aMeeting('a', { pools: tooMany }))).toEqual([
      notChecked,
      'spec.pools FieldValueTooMany Too many: 17: must have at most 16 items',
    ])
  },
  'characters count, not bytes': async ({ api, namespace }) => {
    const created = await api.post(pathsIn(namespace).meetings, aMeeting('a', { title: '🦜'.repeat(200) }))
    expect(created.code).toBe(201)
  },
  'patterns are told': async (at) => {
    expect(await refused(at, aMeeting('a', { regions: ['EU'] }))).toEqual([
      `spec.regions[0] FieldValueInvalid Invalid value: "EU": spec.regions[0] in body should match '${labelPattern}'`,
    ])
  },
  'a set holds nothing twice': async (at) => {
    expect(await refused(at, aMeeting('a', { pools: ['x', 'x'] }))).toEqual([
      'spec.pools[1] FieldValueDuplicate Duplicate value: "x"',
    ])
  },
  'required fields are told': async (at) => {
    expect(await refused(at, { ...aNode('a'), spec: undefined })).toEqual([notChecked, 'spec FieldValueRequired Required value'])
    expect(await refused(at, { ...aNode('a'), spec: {} })).toEqual([notChecked, 'spec.pool FieldValueRequired Required value'])
    expect(await refused(at, { ...aPool('a'), spec: {} })).toEqual([notChecked, 'spec.region FieldValueRequired Required value'])
  },
  'rules are told in their own words': async (at) => {
    expect(await refused(at, aNode('a', { address: 'somewhere' }))).toEqual([
      'spec.address FieldValueInvalid Invalid value: "string": must be http://HOST:PORT or https://HOST:PORT, without a path',
    ])
    expect(await refused(at, aMeeting('a.b'))).toEqual([
      'metadata.name FieldValueInvalid Invalid value: "object": metadata.name must be a DNS label: at most 63 of a-z, 0-9 and -; put a free name into spec.title',
    ])
    expect(await refused(at, aMeeting('a'.repeat(64)))).toHaveLength(1)
  },
  'addresses of every kind fit the rule': async ({ api, namespace }) => {
    const addresses = [
      'http://127.0.0.1:4001',
      'https://node-1.example.com:443',
      'http://[2001:db8::1]:80',
      'http://localhost:65535',
    ]
    const codes = await Promise.all(
      addresses.map(async (address, index) => (await api.post(pathsIn(namespace).nodes, aNode(`n${index}`, { address }))).code),
    )
    expect(codes).toEqual([201, 201, 201, 201])
    const wrong = [
      'http://127.0.0.1',
      'ftp://a:1',
      'http://a:1/path',
      'http://-a:1',
      'http://[::1]',
      'http://a:123456',
      ' http://a:1',
    ]
    const refusals = await Promise.all(
      wrong.map(async (address) => (await api.post(pathsIn(namespace).nodes, aNode('x', { address }))).code),
    )
    expect(refusals).toEqual(wrong.map(() => 422))
  },
  'a map is checked value by value, and what Kubernetes knows is kept as it is': async (at) => {
    const overrides = {
      nodeSelector: { zone: 'a' },
      affinity: { nodeAffinity: { anything: [1, 'two'] } },
      resources: { requests: { cpu: '500m', memory: '1.5Gi' } },
      labels: { team: 'media' },
    }
    const kept = await at.api.post(pathsIn(at.namespace).pools, aPool('kept', { overrides: { ...overrides, command: ['sh'] } }))
    expect(kept.body['spec']).toMatchObject({ overrides })
    expect(kept.body['spec']).not.toMatchObject({ overrides: { command: ['sh'] } })
    expect(await refused(at, aPool('a', { overrides: { resources: { requests: { cpu: 'much' } } } }))).toEqual([
      `spec.overrides.resources.requests.cpu FieldValueInvalid Invalid value: "much": spec.overrides.resources.requests.cpu in body should match '^[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+|[numkKMGTPE]i?)?$'`,
    ])
    const labels = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`l${index}`, 'x']))
    expect(await refused(at, aPool('a', { overrides: { labels } }))).toEqual([
      notChecked,
      'spec.overrides.labels FieldValueTooMany Too many: 33: must have at most 32 items',
    ])
  },
  'what is immutable stays': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const created = (await api.post(nodes, aNode('a'))).body
    const spec = { pool: 'us', address: 'http://127.0.0.1:4002', workers: 3 }
    const answer = await api.put(`${nodes}/a`, { ...created, spec })
    expect(causesOf(answer.body)).toEqual([
      'spec.address FieldValueInvalid Invalid value: "string": a media node cannot change its address; make another MediaNode',
      'spec.pool FieldValueInvalid Invalid value: "string": a media node cannot change its pool; make another MediaNode',
      'spec.workers FieldValueInvalid Invalid value: "integer": a media node cannot change its workers; make another MediaNode',
    ])
  },
  'a meeting that has ended stays ended': async ({ api, namespace }) => {
    const path = `${pathsIn(namespace).meetings}/a`
    await api.post(pathsIn(namespace).meetings, aMeeting('a'))
    const patch = async (ended: boolean | null): Promise<Body> =>
      (await api.patch(path, { spec: { ended } }, { contentType: mergePatchType })).body
    expect(await patch(true)).toMatchObject({ spec: { ended: true } })
    const reopened = [
      'spec.ended FieldValueInvalid Invalid value: "boolean": a meeting that has ended stays ended; delete it and make it again',
    ]
    expect(causesOf(await patch(false))).toEqual(reopened)
    // Taking the field away brings the default back, which is false.
    expect(causesOf(await patch(null))).toEqual(reopened)
  },
  'names and labels follow the usual rules': async (at) => {
    const subdomain =
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    expect(await refused(at, aNode('A_'))).toEqual([`metadata.name FieldValueInvalid Invalid value: "A_": ${subdomain}`])
    expect(await refused(at, aNode(''))).toEqual([
      notChecked,
      'metadata.name FieldValueRequired Required value: name or generateName is required',
    ])
    const odd = {
      labels: { 'a b': 'c', x: 'y y', 'x/y/z': '', '/z': '', long: 'v'.repeat(64) },
      annotations: { '/': 'a', UPPER: 'fine' },
    }
    const causes = await refused(at, aNode('a', {}, odd))
    const begun = causes.map((cause) => cause.replace(/ consist of.*/, '')).toSorted()
    expect(begun).toEqual(
      [
        'metadata.annotations FieldValueInvalid Invalid value: "/": name part must',
        'metadata.annotations FieldValueInvalid Invalid value: "/": name part must be non-empty',
        'metadata.annotations FieldValueInvalid Invalid value: "/": prefix part must be non-empty',
        'metadata.labels FieldValueInvalid Invalid value: "/z": prefix part must be non-empty',
        'metadata.labels FieldValueInvalid Invalid value: "a b": name part must',
        `metadata.labels FieldValueInvalid Invalid value: "${'v'.repeat(64)}": must be no more than 63 characters`,
        'metadata.labels FieldValueInvalid Invalid value: "x/y/z": a qualified name must',
        'metadata.labels FieldValueInvalid Invalid value: "y y": a valid label must be an empty string or',
      ].toSorted(),
    )
  },
  'metadata of a wrong type is a bad request': async ({ api, namespace }) => {
    const answer = await api.post(pathsIn(namespace).meetings, aMeeting('a', {}, { labels: 3 }))
    expect(answer.body).toMatchObject({
      code: 400,
      message:
        'Meeting in version "v1alpha1" cannot be handled as a Meeting: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type map[string]string',
    })
  },
  'an owner must be named in full': async (at) => {
    expect(await refused(at, aNode('a', {}, { ownerReferences: [{ name: 'x' }] }))).toEqual([
      'metadata.ownerReferences.apiVersion FieldValueInvalid Invalid value: "": version must not be empty',
      'metadata.ownerReferences.kind FieldValueInvalid Invalid value: "": must not be empty',
      'metadata.ownerReferences.uid FieldValueInvalid Invalid value: "": must not be empty',
    ])
  },
  'a refused write changes nothing': async ({ api, namespace }) => {
    const { nodes } = pathsIn(namespace)
    const created = (await api.post(nodes, aNode('a'))).body
    await api.patch(`${nodes}/a`, { spec: { workers: 9, cordoned: true } }, { contentType: mergePatchType })
    const now = (await api.get(`${nodes}/a`)).body
    expect(now).toEqual(created)
    expect(metadataOf(now)['generation']).toBe(1)
  },
})
