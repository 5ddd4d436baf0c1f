import { expect } from 'vitest'

import type { Answer, Body } from '../contractApi.ts'
import { aMeeting, aNode, cases, jsonPatchType, mergePatchType, metadataOf, pathsIn, type Situation } from '../contractCase.ts'

type Patch = (body: unknown, contentType?: string, query?: Record<string, string>) => Promise<Answer>

/** Makes a node `a` and gives what patches it. */
async function patcher({ api, namespace }: Situation): Promise<{ created: Body; patch: Patch }> {
  const { nodes } = pathsIn(namespace)
  const created = (await api.post(nodes, aNode('a', {}, { labels: { x: '1', y: '2' } }))).body
  const patch: Patch = (body, contentType = mergePatchType, query = {}) => api.patch(`${nodes}/a`, body, { contentType, query })
  return { created, patch }
}

/** Merge patches and JSON patches. */
export const patchCases = cases({
  'a merge patch sets, removes and leaves alone': async (at) => {
    const { patch } = await patcher(at)
    const answer = await patch({ metadata: { labels: { x: null, z: '3' } }, spec: { cordoned: true } })
    expect(answer.body).toMatchObject({
      metadata: { generation: 2, labels: { y: '2', z: '3' } },
      spec: { cordoned: true, workers: 2 },
    })
    expect(answer.body).not.toHaveProperty('metadata.labels.x')
  },
  'a merge patch that changes nothing keeps the version': async (at) => {
    const { created, patch } = await patcher(at)
    expect(metadataOf((await patch({ spec: { workers: 2 } })).body)).toMatchObject({
      resourceVersion: metadataOf(created)['resourceVersion'],
    })
  },
  'a merge patch may name the version and the object that it is for': async (at) => {
    const { created, patch } = await patcher(at)
    const { uid, resourceVersion } = metadataOf(created)
    expect((await patch({ metadata: { uid, resourceVersion }, spec: { cordoned: true } })).code).toBe(200)
    expect((await patch({ metadata: { resourceVersion }, spec: { cordoned: false } })).body).toMatchObject({
      code: 409,
      reason: 'Conflict',
    })
    expect((await patch({ metadata: { uid: 'another' } })).body).toMatchObject({
      code: 422,
      message: 'MediaNode.parley.media "a" is invalid: metadata.uid: Invalid value: "another": field is immutable',
    })
  },
  'a patch may not rename': async (at) => {
    const { patch } = await patcher(at)
    expect((await patch({ metadata: { name: 'b' } })).body).toMatchObject({
      code: 400,
      message: 'the name of the object (b) does not match the name on the URL (a)',
    })
  },
  'a patch of what does not exist is no create': async ({ api, namespace }) => {
    const answer = await api.patch(`${pathsIn(namespace).meetings}/a`, {}, { contentType: mergePatchType })
    expect(answer.body).toMatchObject({ code: 404, message: 'meetings.parley.media "a" not found' })
  },
  'a list is replaced whole': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    await api.post(meetings, aMeeting('a', { pools: ['x', 'y'] }))
    const answer = await api.patch(`${meetings}/a`, { spec: { pools: ['z'] } }, { contentType: mergePatchType })
    expect(answer.body).toMatchObject({ spec: { pools: ['z'] } })
  },
  'an unknown field in a patch is dropped, or refused by name': async (at) => {
    const { patch } = await patcher(at)
    const warned = await patch({ spec: { nope: 1 } })
    expect([warned.code, warned.warnings]).toEqual([200, ['299 - "unknown field \\"spec.nope\\""']])
    expect(warned.body).not.toHaveProperty('spec.nope')
    const strict = await patch({ spec: { nope: 1 } }, mergePatchType, { fieldValidation: 'Strict' })
    expect(strict.body).toMatchObject({ code: 422, reason: 'Invalid' })
    expect(strict.body['message']).toMatch(
      /^ "" is invalid: patch: Invalid value: .*: strict decoding error: unknown field "spec.nope"$/,
    )
  },
  'a JSON patch does each step': async (at) => {
    const { patch } = await patcher(at)
    const steps = [
      { op: 'test', path: '/spec/pool', value: 'eu' },
      { op: 'replace', path: '/spec/cordoned', value: true },
      { op: 'remove', path: '/metadata/labels/x' },
      { op: 'add', path: '/metadata/annotations', value: {} },
      { op: 'add', path: '/metadata/annotations/parley.media~1note', value: 'a~b' },
      { op: 'copy', from: '/metadata/labels/y', path: '/metadata/labels/z' },
      { op: 'move', from: '/metadata/labels/y', path: '/metadata/labels/w' },
    ]
    expect((await patch(steps, jsonPatchType)).body).toMatchObject({
      metadata: { labels: { w: '2', z: '2' }, annotations: { 'parley.media/note': 'a~b' } },
      spec: { cordoned: true },
    })
  },
  'a JSON patch edits lists by index': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    await api.post(meetings, aMeeting('a', { pools: ['a', 'b', 'c'] }))
    const steps = [
      { op: 'remove', path: '/spec/pools/1' },
      { op: 'add', path: '/spec/pools/0', value: 'z' },
      { op: 'add', path: '/spec/pools/-', value: 'y' },
      { op: 'replace', path: '/spec/pools/1', value: 'x' },
    ]
    const answer = await api.patch(`${meetings}/a`, steps, { contentType: jsonPatchType })
    expect(answer.body).toMatchObject({ spec: { pools: ['z', 'x', 'c', 'y'] } })
  },
  'a JSON patch that cannot be done does nothing': async (at) => {
    const { created, patch } = await patcher(at)
    const refusals = [
      [{ op: 'test', path: '/spec/pool', value: 'us' }],
      [
        { op: 'replace', path: '/spec/cordoned', value: true },
        { op: 'remove', path: '/spec/nope' },
      ],
    ]
    for (const steps of refusals) expect((await patch(steps, jsonPatchType)).body).toMatchObject({ code: 422, reason: 'Invalid' })
    expect((await at.api.get(`${pathsIn(at.namespace).nodes}/a`)).body).toEqual(created)
  },
  'a patch that is none is a bad request': async (at) => {
    const { patch } = await patcher(at)
    expect((await patch([])).body).toMatchObject({ code: 400, reason: 'BadRequest' })
    expect((await patch('{bad')).body).toMatchObject({ code: 400, reason: 'BadRequest' })
    expect((await patch({}, jsonPatchType)).body).toMatchObject({ code: 400, reason: 'BadRequest' })
  },
  'a patch of another type is refused with the types there are': async (at) => {
    const { patch } = await patcher(at)
    const answer = await patch({}, 'application/strategic-merge-patch+json')
    expect(answer.body).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' })
    expect(answer.body['message']).toMatch(
      /^the body of the request was in an unknown format - accepted media types include: application\/json-patch\+json, application\/merge-patch\+json/,
    )
  },
})
