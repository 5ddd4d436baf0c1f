import { expect } from 'vitest'

import { cases, mergePatchType, metadataOf, namesIn, type Situation } from '../contractCase.ts'

const merge = { contentType: mergePatchType }
const labels = { 'parley.media/pool': 'eu', 'parley.media/guard': 'on' }

const aPod = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { containers: [{ name: 'agent', image: 'parley-sfu:1' }] },
})

const podsIn = ({ namespace }: Situation): string => `/api/v1/namespaces/${namespace}/pods`
const budgetsIn = ({ namespace }: Situation): string => `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`

/** Pods, Kubernetes Nodes and budgets, as far as the operator reads and writes them. */
export const podCases = cases({
  'a Pod is found by its labels, and a label of it is changed for exactly that Pod': async (at) => {
    const pods = podsIn(at)
    const created = await at.api.post(pods, aPod('a'))
    expect(created.code).toBe(201)
    expect((await at.api.post(pods, aPod('a'))).body).toMatchObject({ code: 409, reason: 'AlreadyExists' })
    const found = await at.api.get(pods, { query: { labelSelector: 'parley.media/pool=eu,parley.media/guard=on' } })
    expect(namesIn(found.body)).toEqual(['a'])
    const { uid } = metadataOf(created.body)
    const patched = await at.api.patch(`${pods}/a`, { metadata: { uid, labels: { 'parley.media/guard': 'off' } } }, merge)
    expect(patched.body).toMatchObject({ metadata: { labels: { 'parley.media/guard': 'off', 'parley.media/pool': 'eu' } } })
    const other = { metadata: { uid: 'another', labels: { 'parley.media/guard': 'on' } } }
    expect([409, 422]).toContain((await at.api.patch(`${pods}/a`, other, merge)).code)
  },
  'the status of a Pod is written by itself': async (at) => {
    const pods = podsIn(at)
    await at.api.post(pods, aPod('a'))
    const status = { phase: 'Running', podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }] }
    await at.api.patch(`${pods}/a/status`, { status }, merge)
    await at.api.patch(`${pods}/a`, { status: { phase: 'Failed' } }, merge)
    expect((await at.api.get(`${pods}/a`)).body).toMatchObject({ status })
  },
  'a Pod that runs nowhere is deleted at once, and only if it is still this one': async (at) => {
    const pods = podsIn(at)
    const { uid } = metadataOf((await at.api.post(pods, aPod('a'))).body)
    expect((await at.api.delete(`${pods}/a`, { preconditions: { uid: 'another' } })).code).toBe(409)
    expect((await at.api.delete(`${pods}/a`, { preconditions: { uid } })).code).toBe(200)
    expect((await at.api.get(`${pods}/a`)).code).toBe(404)
  },
  'a Kubernetes Node stands in no namespace, and says whether it takes Pods and where it is': async ({ api, namespace }) => {
    const name = `k-${namespace}`
    expect((await api.post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } })).code).toBe(201)
    const addresses = [{ type: 'InternalIP', address: '192.0.2.1' }]
    await api.patch(`/api/v1/nodes/${name}/status`, { status: { addresses } }, merge)
    await api.patch(`/api/v1/nodes/${name}`, { spec: { unschedulable: true } }, merge)
    expect((await api.get(`/api/v1/nodes/${name}`)).body).toMatchObject({ spec: { unschedulable: true }, status: { addresses } })
    await api.delete(`/api/v1/nodes/${name}`)
  },
  'a budget says what it was told': async (at) => {
    const budgets = budgetsIn(at)
    const spec = {
      minAvailable: 1_000_000,
      selector: { matchLabels: labels },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    }
    const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'parley-eu' }, spec }
    expect((await at.api.post(budgets, budget)).code).toBe(201)
    const patched = await at.api.patch(`${budgets}/parley-eu`, { spec: { minAvailable: 2 } }, merge)
    expect(patched.body).toMatchObject({ spec: { ...spec, minAvailable: 2 } })
  },
})
