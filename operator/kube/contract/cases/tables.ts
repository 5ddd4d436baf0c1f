import { expect } from 'vitest'

import type { Body } from '../contractApi.ts'
import { aLease, aMeeting, aNode, aPool, cases, mergePatchType, pathsIn, tableType } from '../contractCase.ts'

interface Table {
  readonly kind: string
  readonly columnDefinitions: readonly { readonly name: string; readonly type: string; readonly priority: number }[] | null
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: Body | null }[]
}

const merge = { contentType: mergePatchType }
const columnsOf = ({ columnDefinitions }: Table): readonly string[] =>
  (columnDefinitions ?? []).map(({ name, type, priority }) => `${name} ${type} ${priority}`)

/** The objects in a field of an answer. */
function partsOf(body: Body | undefined, field: string): readonly Body[] {
  return (body?.[field] ?? []) as readonly Body[]
}

/** What kubectl prints, and how it learns what there is. */
export const tableCases = cases({
  'columns of our kinds': async ({ api, namespace }) => {
    const { meetings, nodes, pools } = pathsIn(namespace)
    const columns = async (path: string) => columnsOf((await api.get(path, { accept: tableType })).body as unknown as Table)
    expect(await columns(meetings)).toEqual([
      'Name string 0',
      'Phase string 0',
      'Nodes string 0',
      'Participants string 0',
      'Age date 0',
      'Why string 1',
    ])
    expect(await columns(nodes)).toEqual([
      'Name string 0',
      'Pool string 0',
      'Phase string 0',
      'Load string 0',
      'Meetings integer 0',
      'Participants string 0',
      'Address string 0',
      'Age date 0',
      'API string 1',
      'Host string 1',
      'Workers integer 1',
      'Version string 1',
    ])
    expect(await columns(pools)).toEqual([
      'Name string 0',
      'Region string 0',
      'Desired integer 0',
      'Ready integer 0',
      'Draining integer 0',
      'Load string 0',
      'Age date 0',
      'Image string 1',
      'Network string 1',
    ])
  },
  'cells show what the paths of the columns name': async ({ api, namespace }) => {
    const { nodes, pools } = pathsIn(namespace)
    await api.post(nodes, aNode('a'))
    const empty = (await api.get(`${nodes}/a`, { accept: tableType })).body as unknown as Table
    expect(empty.rows[0]?.cells).toEqual([
      'a',
      'eu',
      null,
      null,
      null,
      null,
      null,
      expect.stringMatching(/^\d+s$/),
      'http://127.0.0.1:4001',
      null,
      2,
      null,
    ])
    const status = {
      phase: 'Ready',
      load: '0.3',
      meetings: 2,
      participants: '2-5',
      addresses: ['192.0.2.7', '2001:db8::7'],
      version: '0.1.0',
    }
    await api.patch(`${nodes}/a/status`, { status }, merge)
    const full = (await api.get(nodes, { accept: tableType })).body as unknown as Table
    expect(full.rows[0]?.cells.filter((_, index) => index !== 7)).toEqual([
      'a',
      'eu',
      'Ready',
      '0.3',
      2,
      '2-5',
      '192.0.2.7',
      'http://127.0.0.1:4001',
      null,
      2,
      '0.1.0',
    ])
    await api.post(pools, aPool('p', { replicas: 0 }))
    const pool = (await api.get(pools, { accept: tableType })).body as unknown as Table
    expect(pool.rows[0]?.cells.slice(0, 5)).toEqual(['p', 'eu-west', 0, null, null])
  },
  'rows carry the metadata, the object or nothing': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    await api.post(meetings, aMeeting('a'))
    const row = async (query: Record<string, string>) =>
      ((await api.get(meetings, { accept: tableType, query })).body as unknown as Table).rows[0]?.object
    const partial = await row({})
    expect(partial).toMatchObject({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { name: 'a', namespace },
    })
    expect(partial).not.toHaveProperty('spec')
    expect(await row({ includeObject: 'Object' })).toMatchObject({ kind: 'Meeting', spec: { ended: false } })
    expect(await row({ includeObject: 'None' })).toBeNull()
  },
  'a watch of tables tells the columns once': async ({ api, namespace }) => {
    const { meetings } = pathsIn(namespace)
    await api.post(meetings, aMeeting('a'))
    await api.post(meetings, aMeeting('b'))
    const watch = await api.watch(meetings, {}, tableType)
    const [first, second] = (await watch.take(2)).map(({ object }) => object as unknown as Table)
    watch.close()
    expect(first && columnsOf(first)).toHaveLength(6)
    expect(first?.rows[0]?.cells[0]).toBe('a')
    expect([second?.columnDefinitions ?? null, second?.rows[0]?.cells[0]]).toEqual([null, 'b'])
  },
  'tables of what Kubernetes has itself': async ({ api, namespace }) => {
    const { leases, events } = pathsIn(namespace)
    await api.post(leases, aLease('leader', { holderIdentity: 'operator-0' }))
    const table = async (path: string) => (await api.get(path, { accept: tableType })).body as unknown as Table
    const lease = await table(leases)
    expect(columnsOf(lease)).toEqual(['Name string 0', 'Holder string 0', 'Age string 0'])
    expect(lease.rows[0]?.cells.slice(0, 2)).toEqual(['leader', 'operator-0'])
    expect(columnsOf(await table('/api/v1/namespaces'))).toEqual(['Name string 0', 'Status string 0', 'Age string 0'])
    expect(columnsOf(await table(events))).toEqual([
      'Last Seen string 0',
      'Type string 0',
      'Reason string 0',
      'Object string 0',
      'Subobject string 1',
      'Source string 1',
      'Message string 0',
      'First Seen string 1',
      'Count string 1',
      'Name string 1',
    ])
  },
  'discovery tells our kinds': async ({ api }) => {
    const resources = partsOf((await api.get('/apis/parley.media/v1alpha1')).body, 'resources')
    const described = resources.map(({ name, kind, namespaced, shortNames = [] }) => [name, kind, namespaced, shortNames])
    expect(described.toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      ['medianodepools', 'MediaNodePool', true, ['mnp']],
      ['medianodepools/scale', 'Scale', true, []],
      ['medianodepools/status', 'MediaNodePool', true, []],
      ['medianodes', 'MediaNode', true, ['mn']],
      ['medianodes/status', 'MediaNode', true, []],
      ['meetings', 'Meeting', true, ['mtg']],
      ['meetings/status', 'Meeting', true, []],
    ])
    expect((await api.get('/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] })
    const groups = partsOf((await api.get('/apis')).body, 'groups')
    expect(groups.map(({ name }) => name)).toEqual(expect.arrayContaining(['parley.media', 'coordination.k8s.io']))
    expect((await api.get('/apis/parley.media')).body).toMatchObject({
      kind: 'APIGroup',
      preferredVersion: { version: 'v1alpha1' },
    })
    expect((await api.get('/version')).body).toMatchObject({ major: '1', minor: '34' })
  },
  'discovery in one document': async ({ api }) => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'
    const answer = await api.get('/apis', { accept })
    expect(answer.contentType).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList')
    const group = partsOf(answer.body, 'items').find((item) => (item['metadata'] as Body)['name'] === 'parley.media')
    const [version] = partsOf(group, 'versions')
    const pools = partsOf(version, 'resources').find(({ resource }) => resource === 'medianodepools')
    expect(pools).toMatchObject({
      responseKind: { group: 'parley.media', version: 'v1alpha1', kind: 'MediaNodePool' },
      scope: 'Namespaced',
      shortNames: ['mnp'],
      categories: ['parley'],
    })
    expect(partsOf(pools, 'subresources').map(({ subresource }) => subresource)).toEqual(['status', 'scale'])
  },
  'it is alive and ready': async ({ api }) => {
    for (const path of ['/livez', '/readyz', '/healthz']) expect((await api.get(path)).text).toBe('ok')
  },
})
