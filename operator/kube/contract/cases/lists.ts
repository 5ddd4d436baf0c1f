import { expect } from 'vitest'

import { missing, waitFor } from '../../../../kit/wait.ts'
import { aMeeting, aNode, cases, mergePatchType, metadataOf, namesIn, pathsIn, type Situation } from '../contractCase.ts'

/** Makes nodes named after the letters of `names`. */
async function nodes({ api, namespace }: Situation, names: string): Promise<string> {
  const path = pathsIn(namespace).nodes
  for (const name of names) await api.post(path, aNode(name, { pool: name < 'c' ? 'eu' : 'us' }, { labels: { letter: name } }))
  return path
}

/** Lists: order, selectors, pages and versions. */
export const listCases = cases({
  'a list is in the order of names and carries its version': async (at) => {
    const path = await nodes(at, 'cab')
    const list = (await at.api.get(path)).body
    expect(list).toMatchObject({ kind: 'MediaNodeList', apiVersion: 'parley.media/v1alpha1' })
    expect(namesIn(list)).toEqual(['a', 'b', 'c'])
    const newest = metadataOf((await at.api.get(`${path}/b`)).body)['resourceVersion']
    expect(Number(metadataOf(list)['resourceVersion'])).toBeGreaterThanOrEqual(Number(newest))
  },
  'one namespace does not see another': async ({ api, namespace }) => {
    const other = await api.namespace()
    await api.post(pathsIn(namespace).meetings, aMeeting('here'))
    await api.post(pathsIn(other).meetings, aMeeting('there'))
    expect(namesIn((await api.get(pathsIn(namespace).meetings)).body)).toEqual(['here'])
    expect((await api.get(`${pathsIn(other).meetings}/here`)).code).toBe(404)
    const everywhere = namesIn((await api.get('/apis/parley.media/v1alpha1/meetings')).body)
    expect(everywhere).toEqual(expect.arrayContaining(['here', 'there']))
  },
  'label selectors': async (at) => {
    const path = await nodes(at, 'abcd')
    const select = async (labelSelector: string): Promise<readonly string[]> =>
      namesIn((await at.api.get(path, { query: { labelSelector } })).body)
    expect(await select('letter=a')).toEqual(['a'])
    expect(await select('letter == a')).toEqual(['a'])
    expect(await select('letter!=a')).toEqual(['b', 'c', 'd'])
    expect(await select('letter in (a, d)')).toEqual(['a', 'd'])
    expect(await select('letter notin (a,b,c)')).toEqual(['d'])
    expect(await select('letter')).toEqual(['a', 'b', 'c', 'd'])
    expect(await select('!letter')).toEqual([])
    expect(await select('other!=x,letter in (b)')).toEqual(['b'])
    expect(await select('letter=')).toEqual([])
  },
  'a label selector that makes no sense is a bad request': async ({ api, namespace }) => {
    const wrong = ['a b', 'a in (b', 'a in b', '=a', 'a=b c', 'a/b/c=d', ',', 'a in (b,)(']
    const codes = await Promise.all(
      wrong.map(async (labelSelector) => (await api.get(pathsIn(namespace).nodes, { query: { labelSelector } })).code),
    )
    expect(codes).toEqual(wrong.map(() => 400))
  },
  'field selectors, where the kind declares them': async (at) => {
    const path = await nodes(at, 'abcd')
    await at.api.patch(`${path}/b/status`, { status: { phase: 'Ready' } }, { contentType: mergePatchType })
    const select = async (fieldSelector: string): Promise<readonly string[]> =>
      namesIn((await at.api.get(path, { query: { fieldSelector } })).body)
    expect(await select('metadata.name=a')).toEqual(['a'])
    expect(await select(`metadata.namespace=${at.namespace},metadata.name!=a`)).toEqual(['b', 'c', 'd'])
    expect(await select('spec.pool=us')).toEqual(['c', 'd'])
    expect(await select('spec.pool==eu,status.phase=Ready')).toEqual(['b'])
    expect(await select('status.phase=')).toEqual(['a', 'c', 'd'])
    const wrong = await at.api.get(path, { query: { fieldSelector: 'spec.workers=2' } })
    expect(wrong.body).toMatchObject({ code: 400, message: 'field label not supported: spec.workers' })
    const odd = await at.api.get(path, { query: { fieldSelector: 'metadata.name' } })
    expect(odd.body).toMatchObject({ code: 400, message: "invalid selector: 'metadata.name'; can't understand 'metadata.name'" })
  },
  'pages show one version, whatever happens between them': async (at) => {
    const path = await nodes(at, 'abcde')
    const page = async (query: Record<string, string>) => (await at.api.get(path, { query: { limit: '2', ...query } })).body
    const first = await page({})
    expect(namesIn(first)).toEqual(['a', 'b'])
    expect(metadataOf(first)).toMatchObject({ remainingItemCount: 3 })
    await at.api.delete(`${path}/c`)
    await at.api.post(path, aNode('cc'))
    await at.api.patch(`${path}/d`, { spec: { cordoned: true } }, { contentType: mergePatchType })
    const second = await page({ continue: metadataOf(first)['continue'] ?? '' })
    expect(namesIn(second)).toEqual(['c', 'd'])
    expect(second['items']).toMatchObject([{}, { spec: { cordoned: false } }])
    const third = await page({ continue: metadataOf(second)['continue'] ?? '' })
    expect(namesIn(third)).toEqual(['e'])
    expect(metadataOf(third)['continue'] ?? '').toBe('')
    expect(metadataOf(third)['resourceVersion']).toBe(metadataOf(first)['resourceVersion'])
  },
  'pages of a selection do not count the rest': async (at) => {
    const path = await nodes(at, 'abcd')
    const query = { limit: '1', labelSelector: 'letter in (b,d)' }
    const first = (await at.api.get(path, { query })).body
    expect([namesIn(first), metadataOf(first)['remainingItemCount']]).toEqual([['b'], undefined])
    const second = await at.api.get(path, {
      query: { ...query, continue: metadataOf(first)['continue'] ?? '' },
    })
    expect(namesIn(second.body)).toEqual(['d'])
  },
  'a page that is no number and a token that is none are bad requests': async ({ api, namespace }) => {
    const { nodes: path } = pathsIn(namespace)
    expect((await api.get(path, { query: { limit: 'x' } })).code).toBe(400)
    expect((await api.get(path, { query: { continue: 'abc' } })).body).toMatchObject({
      code: 400,
      reason: 'BadRequest',
    })
    expect((await api.get(path, { query: { limit: '-1' } })).code).toBe(200)
  },
  'an exact version shows the past': async (at) => {
    const path = await nodes(at, 'ab')
    const { resourceVersion = '' } = metadataOf((await at.api.get(path)).body)
    await at.api.delete(`${path}/a`)
    const then = await at.api.get(path, { query: { resourceVersion, resourceVersionMatch: 'Exact' } })
    expect(namesIn(then.body)).toEqual(['a', 'b'])
    expect(metadataOf(then.body)['resourceVersion']).toBe(resourceVersion)
    const atLeast = await at.api.get(path, { query: { resourceVersion } })
    expect(namesIn(atLeast.body)).toEqual(['b'])
  },
  'versions that make no sense': async ({ api, namespace }) => {
    const { nodes: path } = pathsIn(namespace)
    const list = async (query: Record<string, string>) => (await api.get(path, { query })).body
    expect(await list({ resourceVersion: 'x' })).toMatchObject({
      code: 400,
      message: 'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    })
    expect(await list({ resourceVersionMatch: 'Exact' })).toMatchObject({ code: 422 })
    expect(await list({ resourceVersion: '0', resourceVersionMatch: 'Exact' })).toMatchObject({ code: 422 })
    const future = await list({ resourceVersion: '999999999' })
    expect(future).toMatchObject({ code: 504, reason: 'Timeout', details: { retryAfterSeconds: 1 } })
    expect(future['message']).toMatch(/^Timeout: Too large resource version: 999999999, current: \d+$/)
  },
  'any version will do, and then there are no pages': async (at) => {
    const path = await nodes(at, 'abc')
    // Any version may be one from before the last object was made; a page of one, as `limit` asks for, it never is.
    const names = await waitFor(
      async () => {
        const { body } = await at.api.get(path, { query: { resourceVersion: '0', limit: '1' } })
        return namesIn(body).length < 3 ? missing(`three names, not ${namesIn(body).join(', ')}`) : namesIn(body)
      },
      { timeoutMs: 5_000 },
    )
    expect(names).toEqual(['a', 'b', 'c'])
  },
})

/** Lists that take real seconds: etcd forgets by the clock. */
export const timedListCases = cases({
  'an exact version that is forgotten is gone': async (at) => {
    const path = await nodes(at, 'a')
    const query = { resourceVersion: await at.forgottenVersion(path), resourceVersionMatch: 'Exact' }
    const answer = await waitFor(
      async () => {
        const { code, body } = await at.api.get(path, { query })
        return code === 200 ? missing('the end of the past') : body
      },
      { timeoutMs: 30_000, pollMs: 500 },
    )
    expect(answer).toMatchObject({ code: 410, reason: 'Expired' })
  },
})
