import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './testing/apiServer.ts'
import { chart, namespace, profiles, render, valuesArgs, type Rendered } from './testing/render.ts'

/** Kinds whose definitions come with other projects, and a field of each as the chart writes it. */
const foreign = [
  { kind: 'HTTPRoute', field: 'parentRefs' },
  { kind: 'Certificate', field: 'issuerRef' },
  { kind: 'ServiceMonitor', field: 'endpoints' },
  { kind: 'PodMonitor', field: 'podMetricsEndpoints' },
] as const

let api: ApiServer

/** The definitions as those projects publish them, at the versions that `e2e/cluster/definitions` pins. */
async function defineForeign(): Promise<void> {
  const folder = process.env['PARLEY_FOREIGN_DEFINITIONS']
  if (!folder) throw new Error('PARLEY_FOREIGN_DEFINITIONS names no definitions; `make test` sets it')
  await api.does(['apply', '--server-side', '--filename', folder])
  await api.does(['wait', '--for=condition=Established', 'customresourcedefinitions', '--all', '--timeout=60s'])
}

beforeAll(async () => {
  api = await startApiServer()
  await defineForeign()
  for (const name of [namespace, 'team-a', 'team-b', 'monitoring']) await api.does(['create', 'namespace', name])
})

afterAll(() => api.close())

const release = (...args: readonly string[]): readonly string[] => [...args, '--namespace', namespace, '--no-hooks']

/** What a release may leave and what it may not: every kind that the chart makes. */
const kindsMade = 'deployments,services,configmaps,serviceaccounts,roles,rolebindings,poddisruptionbudgets,networkpolicies'

/** Names of all that is in the namespace, but for what Kubernetes puts there. */
async function present(): Promise<readonly string[]> {
  const names = await api.does(['get', kindsMade, '--namespace', namespace, '--output', 'name'])
  const own = names.split('\n').filter((name) => name !== '' && !/kube-root-ca|serviceaccount\/default/.test(name))
  return own.toSorted()
}

const dryRun = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '--filename', '-']

describe.each(profiles)('%s', (profile) => {
  const manifests = async (): Promise<string> =>
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: await render({ profile }) })

  test('Kubernetes takes every object, no unknown field among them, and none is beyond the level restricted', async () => {
    await api.does(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted', '--overwrite'])
    const { out, err, code } = await api.kubectl(dryRun, await manifests())
    expect({ err, code }).toEqual({ err: '', code: 0 })
    expect(out.match(/serverside-applied/g)?.length).toBeGreaterThan(10)
    await api.does(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce-'])
  })

  test('it would not take them with one unknown field', async () => {
    const unknown = (await manifests()).replace('"automountServiceAccountToken":', '"automountToken":')
    expect((await api.kubectl(dryRun, unknown)).err).toMatch(/automountToken|unknown field/)
  })
})

test.each(foreign)('a $kind is rendered, and would not be taken with one unknown field', async ({ kind, field }) => {
  const made = (await render({ profile: 'everything-values.yaml' })).filter((object) => object.kind === kind)
  expect(made.length).toBeGreaterThan(0)
  for (const object of made) {
    const text = JSON.stringify(object)
    expect(await api.kubectl(dryRun, text)).toMatchObject({ err: '', code: 0 })
    expect((await api.kubectl(dryRun, text.replace(`"${field}":`, `"${field}2":`))).err).toMatch(new RegExp(`${field}2`))
  }
})

const isDeployment = ({ kind }: Rendered): boolean => kind === 'Deployment'

test('a Pod that asks for more than restricted is told of, so that silence above means something', async () => {
  await api.does(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted', '--overwrite'])
  const deployment = JSON.stringify((await render()).find(isDeployment)).replace('"allowPrivilegeEscalation":false,', '')
  const { err } = await api.kubectl(['apply', '--server-side', '--dry-run=server', '--filename', '-'], deployment)
  expect(err).toContain('would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false')
  const { out } = await api.helm.run(release('install', 'parley', chart, '--dry-run=server'))
  expect(out).toContain(
    `WARNING: the namespace ${namespace} enforces the Pod Security level restricted, which refuses media Pods`,
  )
  await api.does(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce-'])
})

test('a Secret that is named and missing, or lacks its key, is told before anything is installed', async () => {
  await api.does(['create', 'secret', 'generic', 'own-redis', '--namespace', namespace, '--from-literal=url=redis://r'])
  const { err, code } = await api.helm.run(
    release('install', 'parley', chart, ...valuesArgs({ profile: 'own-secrets-values.yaml' })),
  )
  expect(code).toBe(1)
  expect(err).toContain(
    `secrets.apiKeys.existingSecret: there is no Secret own-api-keys in the namespace ${namespace}; make it first`,
  )
  expect(err).toContain('secrets.redisPassword: the Secret own-redis has no key password')
  expect(err).toContain('signaling.tls.existingSecret: there is no Secret own-tls')
  expect(err).not.toContain('redis.external')
  expect(await present()).toEqual([])
  expect(await api.helm.releases(namespace)).toEqual([])
})

test('install, upgrade, roll back, uninstall: the definitions stay and nothing else; another release goes on with them', async () => {
  const installed = await api.helm.does(release('install', 'parley', chart))
  for (const words of [
    `kubectl -n ${namespace} port-forward service/parley-signaling 7700:80`,
    'kubectl-parley token --meeting standup --api-keys-file /dev/stdin --url http://localhost:7700',
    'Pool default: clients must reach the Kubernetes Nodes on UDP and TCP port 40000 (hostPort)',
    `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged`,
    `kubectl -n ${namespace} label pod POD parley.media/guard=off`,
    `helm -n ${namespace} test parley`,
  ])
    expect(installed).toContain(words)
  const before = await present()
  expect(before).toContain('deployment.apps/parley-operator')

  const replicas = (): Promise<string> =>
    api.does(['get', 'deployment', 'parley-operator', '--namespace', namespace, '--output', 'jsonpath={.spec.replicas}'])
  await api.helm.does(release('upgrade', 'parley', chart, '--set', 'operator.replicas=3,networkPolicy.enabled=true'))
  expect(await replicas()).toBe('3')
  expect((await present()).length).toBeGreaterThan(before.length)
  await api.helm.does(release('rollback', 'parley', '1'))
  expect(await replicas()).toBe('2')
  expect(await present()).toEqual(before)

  const definitions = (): Promise<string> => api.does(['get', 'customresourcedefinitions', '--output', 'name'])
  const kept = await definitions()
  expect(kept).toContain('meetings.parley.media')
  await api.helm.does(release('uninstall', 'parley'))
  expect(await present()).toEqual([])
  expect(await api.does(['get', 'clusterroles,clusterrolebindings', '--selector', 'app.kubernetes.io/part-of=parley'])).toBe('')
  expect(await definitions()).toBe(kept)

  await api.helm.does(release('install', 'meetings', chart))
  expect(await present()).toContain('deployment.apps/meetings-parley-operator')
})

test('definitions of another release that differ are named, and taken over when somebody says so', async () => {
  const definition = ['customresourcedefinition', 'meetings.parley.media']
  await api.does(['annotate', ...definition, 'parley.media/definition=older', '--overwrite'])
  const upgrade = release('upgrade', '--install', 'meetings', chart)
  const { err, code } = await api.helm.run(upgrade)
  expect(code).toBe(1)
  expect(err).toContain(
    "The CustomResourceDefinition meetings.parley.media is another one than this chart's, and was installed by parley.",
  )
  await api.helm.does([...upgrade, '--take-ownership', '--set', 'crds.takeOwnership=true'])
  const owner = await api.does([
    'get',
    ...definition,
    '--output',
    String.raw`jsonpath={.metadata.annotations.meta\.helm\.sh/release-name}`,
  ])
  expect(owner).toBe('meetings')
  await api.helm.does(upgrade)
})
