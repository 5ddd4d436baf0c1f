import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'
import { parse } from 'yaml'

import { ApiError } from '../../operator/kube/client/apiError.ts'
import { aCli, ago } from '../testing/aCli.ts'
import type { FakeApi } from '../testing/fakeApi.ts'

type Definition = { metadata: { name: string }; spec: { versions: { schema: { openAPIV3Schema: SchemaNode } }[] } }
type SchemaNode = { properties: Record<string, SchemaNode> }

const definitions = (): Definition[] =>
  ['meetings', 'medianodes', 'medianodepools'].map(
    (plural) => parse(readFileSync(new URL(`../../crds/${plural}.yaml`, import.meta.url), 'utf8')) as Definition,
  )

function aHealthyCluster(api: FakeApi): void {
  definitions().forEach((definition) => api.put('customresourcedefinitions', definition))
  api.put('leases', {
    metadata: { namespace: 'parley', name: 'parley-operator' },
    spec: { holderIdentity: 'operator-0', renewTime: ago(3) },
  })
  api.put('medianodes', { metadata: { namespace: 'parley', name: 'eu-west-1' }, status: { phase: 'Ready' } })
}

const services = ['--placement', 'http://operator', '--signaling', 'http://signaling']
const withToken = { PARLEY_PLACEMENT_TOKEN: 'secret' }

test('a healthy system', async () => {
  const answers = { 'http://operator/v1/topology': { status: 200 }, 'http://signaling/readyz': { status: 200 } }
  const { api, cli } = aCli({ answers, env: withToken })
  aHealthyCluster(api)
  expect(await cli('doctor', ...services)).toEqual({
    code: 0,
    err: '',
    out: [
      '✓ API server: https://cluster answers',
      '✓ custom resources: medianodepools, medianodes, meetings are installed and current',
      '- Pods: there are none here (the demo has none)',
      '- Jobs: there are none here; those that did their work are gone',
      '✓ operator: operator-0 leads, renewed 3s ago',
      '✓ media nodes: all 1 are Ready',
      '✓ media ports: none is known to be out of reach',
      '✓ drains: no node drains',
      '✓ placement API: http://operator answers',
      '✓ signaling: http://signaling answers',
      'Nothing is wrong.',
      '',
    ].join('\n'),
  })
})

test('each thing that is wrong is named with what to do, and the exit code says so', async () => {
  const { api, cli } = aCli({ answers: { 'http://operator/v1/topology': { status: 401 } }, env: withToken })
  aHealthyCluster(api)
  api.put('medianodes', {
    metadata: { namespace: 'parley', name: 'eu-west-2' },
    status: { phase: 'NotReady', conditions: [{ type: 'Ready', status: 'False', message: 'no load for 12 s' }] },
  })
  api.put('leases', { metadata: { namespace: 'parley', name: 'parley-operator' }, spec: {} })
  const { code, out } = await cli('doctor', ...services)
  expect(code).toBe(1)
  expect(out).toContain('✗ operator: no operator leads\n  Look at the operator')
  expect(out).toContain('✗ media nodes: eu-west-2 is NotReady (no load for 12 s)\n')
  expect(out).toContain('✗ placement API: http://operator refuses the token\n')
  expect(out).toContain('✗ signaling: http://signaling/readyz cannot be reached: ECONNREFUSED.\n')
  expect(out).toContain('4 of 10 checks failed.\n')
})

const drain = {
  reason: 'asked for by spec.drain',
  left: '2-5',
  moved: '0',
  blocked: false,
  message: 'people are moved to other media nodes',
}

test('what to do about a node that takes nobody depends on why, and is told once', async () => {
  const { api, cli } = aCli()
  aHealthyCluster(api)
  const reasons = { a: 'Held', b: 'Held', c: 'WrongAgent', d: 'Silent' }
  for (const [name, reason] of Object.entries(reasons)) {
    const conditions = [{ type: 'Ready', status: 'False', reason, message: 'why' }]
    api.put('medianodes', { metadata: { namespace: 'parley', name }, status: { phase: 'NotReady', conditions } })
  }
  const [advice] = (await cli('doctor')).out.split('\n').filter((line) => line.includes('takes people again by itself'))
  expect(advice?.trim()).toBe(
    [
      'One that was lost takes people again by itself; to have it back sooner, delete its MediaNode.',
      'One that is not believed is not what its MediaNode says, or of another version: correct spec.address, or replace it.',
      'Look at those nodes: does the agent run, and does the operator reach it (spec.address, or its Pod)?',
    ].join(' '),
  )
})

test('a node that drains is no fault; a drain that is stuck and ports that nobody reaches are, with what to do', async () => {
  const { api, cli } = aCli()
  aHealthyCluster(api)
  const draining = {
    phase: 'Draining',
    conditions: [{ type: 'Ready', status: 'False', message: 'draining: asked for by spec.drain' }],
  }
  api.put('medianodes', { metadata: { namespace: 'parley', name: 'eu-west-2' }, status: { ...draining, drain } })
  const well = (await cli('doctor')).out
  expect(well).toContain('✓ media nodes: 1 of 2 are Ready; eu-west-2 is Draining (draining: asked for by spec.drain)\n')
  expect(well).toContain(
    '✓ drains: eu-west-2 drains (asked for by spec.drain): 2-5 left, people are moved to other media nodes\n',
  )
  const byWish = { ...drain, blocked: true, blockers: [{ meeting: 'default/board', reason: 'Never', message: 'its wish' }] }
  api.put('medianodes', { metadata: { namespace: 'parley', name: 'eu-west-2' }, status: { ...draining, drain: byWish } })
  expect((await cli('doctor')).out).toContain('✓ drains: ')
  const stuck = { ...drain, blocked: true, message: 'people have nowhere to go' }
  const unreached = { type: 'Reachable', status: 'False', reason: 'NoAnswer', message: 'no answer at udp 192.0.2.1:40000' }
  api.put('medianodes', {
    metadata: { namespace: 'parley', name: 'eu-west-2' },
    status: { ...draining, drain: stuck, conditions: [...draining.conditions, unreached] },
  })
  const { out, code } = await cli('doctor')
  expect(code).toBe(1)
  expect(out).toContain(
    '✗ drains: eu-west-2 drains (asked for by spec.drain): 2-5 left, people have nowhere to go\n  Add media nodes',
  )
  expect(out).toContain('✗ media ports: eu-west-2: no answer at udp 192.0.2.1:40000\n  Open the UDP and TCP ports')
})

test('where every node was closed by somebody nobody can join, which is a fault', async () => {
  const { api, cli } = aCli()
  aHealthyCluster(api)
  api.put('medianodes', { metadata: { namespace: 'parley', name: 'eu-west-1' }, status: { phase: 'Drained', drain } })
  expect((await cli('doctor')).out).toContain(
    '✗ media nodes: none takes meetings: eu-west-1 is Drained (not judged yet)\n  Uncordon one',
  )
})

test('an older definition is told by the fields that it lacks', async () => {
  const { api, cli } = aCli()
  aHealthyCluster(api)
  const [meetings] = definitions()
  delete meetings?.spec.versions[0]?.schema.openAPIV3Schema.properties['spec']?.properties['title']
  if (meetings) api.put('customresourcedefinitions', meetings)
  const { out, code } = await cli('doctor')
  expect(code).toBe(1)
  expect(out).toContain('✗ custom resources: older than this tool: without meetings spec.title\n')
})

test('one cause is one failure', async () => {
  const { api, cli } = aCli()
  api.failWith(new ApiError('network', 'connect ECONNREFUSED 127.0.0.1:6443'))
  const findings = JSON.parse((await cli('doctor', '-o', 'json')).out) as { check: string; result: string }[]
  expect(findings.map(({ check, result }) => `${check}: ${result}`)).toEqual([
    'API server: failed',
    'custom resources: skipped',
    'Pods: skipped',
    'Jobs: skipped',
    'operator: skipped',
    'media nodes: skipped',
    'media ports: skipped',
    'drains: skipped',
    'placement API: skipped',
    'signaling: skipped',
  ])
})

test("the leader's own address is asked, and one that only Pods reach is no fault", async () => {
  const lease = {
    metadata: { namespace: 'parley', name: 'parley-operator', annotations: { 'parley.media/address': 'http://10.0.0.9:8080' } },
    spec: { holderIdentity: 'operator-0', renewTime: ago(3) },
  }
  const reached = aCli({ answers: { 'http://10.0.0.9:8080/readyz': { status: 200 } } })
  aHealthyCluster(reached.api)
  reached.api.put('leases', lease)
  expect((await reached.cli('doctor')).out).toContain('✓ placement API: http://10.0.0.9:8080 answers\n')
  const far = aCli()
  aHealthyCluster(far.api)
  far.api.put('leases', lease)
  expect(await far.cli('doctor')).toMatchObject({ code: 0, err: '' })
})
