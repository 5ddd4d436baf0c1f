import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

import { podsOf } from './testing/pods.ts'
import { chart, helm, oldestKubernetes, profiles, render, template, the, valuesArgs } from './testing/render.ts'

test.each(profiles)('%s passes the strict lint', async (profile) => {
  const { err, code } = await helm.run([
    'lint',
    '--strict',
    chart,
    '--kube-version',
    oldestKubernetes,
    ...valuesArgs({ profile }),
  ])
  expect({ err, code }).toEqual({ err: '', code: 0 })
})

describe('a value that does not fit is refused by its path', () => {
  test.each<[string, unknown, string]>([
    ['operator.replica', 3, "at '/operator': additional properties 'replica' not allowed"],
    ['operators', {}, "at '': additional properties 'operators' not allowed"],
    ['operator.replicas', 'many', "at '/operator/replicas': got string, want integer"],
    ['operator.replicas', -1, "at '/operator/replicas': minimum: got -1, want 0"],
    ['signaling.replicas', 1.5, "at '/signaling/replicas': got number, want integer"],
    ['operator.logLevel', 'loud', "at '/operator/logLevel': value must be one of 'debug', 'info', 'warn', 'error'"],
    ['operator.image.digest', 'abc', "at '/operator/image/digest'"],
    ['operator.resources', { request: {} }, "at '/operator/resources': additional properties 'request' not allowed"],
    ['pools.eu', { replicas: 2 }, "at '/pools/eu': missing property 'region'"],
    ['pools.EU', { region: 'eu' }, "invalid propertyName 'EU'"],
    ['pools.eu', { region: 'eu', network: { mode: 'hostport' } }, "at '/pools/eu/network/mode': value must be one of 'hostPort'"],
    ['pools.eu', { region: 'eu', overrides: { securityContext: {} } }, "additional properties 'securityContext' not allowed"],
    ['watchNamespaces', ['Team A'], "at '/watchNamespaces/0'"],
    ['redis.external.url', 'http://redis', "at '/redis/external/url'"],
    ['turn.peers', ['10.0.0.0/8'], "at '/turn/peers/0'"],
    ['turn.urls', ['http://turn.example.org'], "at '/turn/urls/0'"],
    ['secrets.apiKeys.existingSecret', 'No_Name', "at '/secrets/apiKeys/existingSecret'"],
    ['signaling.service.type', 'ExternalName', "at '/signaling/service/type'"],
    ['signaling.extraEnv', [{ value: 'x' }], "at '/signaling/extraEnv/0': missing property 'name'"],
    ['hooks.keys.timeoutSeconds', 5, "at '/hooks/keys/timeoutSeconds': minimum: got 5, want 10"],
    ['hooks.uninstall.timeoutSeconds', 5, "at '/hooks/uninstall/timeoutSeconds': minimum: got 5, want 30"],
  ])('%s: %j', async (path, value, words) => {
    const { err, code } = await template({ values: { [path]: value } })
    expect(code).toBe(1)
    expect(err).toContain(words)
  })
})

describe('values that do not go together are told in words, all at once', () => {
  test.each<[object, string]>([
    [{ 'redis.enabled': false }, 'signaling.replicas is above 1 and there is no Redis to share chat by'],
    [{ 'redis.external.url': 'redis://r' }, 'redis.external is not used while redis.enabled is true'],
    [{ 'signaling.tls.enabled': true }, 'signaling.tls.enabled needs one of signaling.tls.existingSecret and'],
    [{ 'signaling.tls': { enabled: true, certManager: { enabled: true } } }, 'signaling.tls.certManager needs issuerRef.name'],
    [{ 'signaling.ingress.enabled': true }, 'signaling.ingress.enabled needs signaling.ingress.host'],
    [{ 'signaling.gateway.enabled': true }, 'signaling.gateway.enabled needs signaling.gateway.parentRefs'],
    [{ 'turn.enabled': true }, 'turn.enabled needs turn.peers'],
    [{ 'turn.urls': ['turn:t.example.org'] }, 'turn.urls has turn:t.example.org: its server'],
    [{ 'secrets.placementToken.existingSecret': 'x' }, 'secrets.placementTokens and secrets.placementToken belong together'],
  ])('%j', async (values, words) => {
    const { err, code } = await template({ values })
    expect(code).toBe(1)
    expect(err).toContain(words)
  })

  test('several', async () => {
    const { err } = await template({ values: { 'turn.enabled': true, 'signaling.ingress.enabled': true } })
    expect(err.match(/^ {2}- /gm)).toHaveLength(3)
  })
})

test('the chart is of the version that its images are of', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  const shown = parse(await helm.does(['show', 'chart', chart])) as { version: string; appVersion: string }
  expect([shown.version, shown.appVersion]).toEqual([version, version])
})

test('a packaged chart renders as the folder does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-chart-'))
  try {
    await helm.does(['package', chart, '--destination', folder])
    const [name = ''] = readdirSync(folder)
    const args = ['--namespace', 'meet', '--kube-version', oldestKubernetes]
    expect(await helm.does(['template', 'parley', join(folder, name), ...args])).toBe((await template({})).out)
    expect(execFileSync('tar', ['-tzf', join(folder, name)], { encoding: 'utf8' })).not.toContain('parley/ci/')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an older Kubernetes is refused', async () => {
  const { err } = await helm.run(['template', 'parley', chart, '--kube-version', '1.31.9'])
  expect(err).toContain('chart requires kubeVersion: >=1.32.0-0')
})

test('values of charts above and unknown members of global do no harm', async () => {
  expect((await template({ values: { 'global.storageClass': 'fast' } })).code).toBe(0)
})

test('one registry and its Secrets count for every image', async () => {
  const pods = podsOf(
    await render({ values: { 'global.imageRegistry': 'mirror.example.org/x', 'global.imagePullSecrets': ['a'] } }),
  )
  for (const { spec } of pods) {
    expect(spec.imagePullSecrets).toEqual([{ name: 'a' }])
    for (const { image } of spec.containers)
      expect(image).toMatch(/^mirror\.example\.org\/x\/(parley-[a-z]+:0\.|library\/redis:7)/)
  }
})

test('a pool that is set to null is not made, the others are handed over whole', async () => {
  const map = the(await render({ profile: 'everything-values.yaml' }), 'ConfigMap', 'parley-pools')
  const pools = JSON.parse((map['data'] as Record<string, string>)['pools.json'] ?? '') as { name: string; spec: object }[]
  expect(pools.map(({ name }) => name)).toEqual(['eu', 'us'])
  expect(pools[1]?.spec).toHaveProperty('overrides.imagePullSecrets', [{ name: 'pull-all' }, { name: 'pull-ours' }])
  expect(pools[0]?.spec).toMatchObject({ region: 'eu-west', replicas: 3, workers: 4, network: { mode: 'hostNetwork' } })
})

test('names follow the release, and stay short enough', async () => {
  const long = await helm.run(['template', 'r'.repeat(53), chart, '--kube-version', oldestKubernetes])
  expect(long.code).toBe(0)
  for (const [, name = ''] of long.out.matchAll(/^ {2}name: (.+)$/gm)) expect(name.length).toBeLessThan(64)
  const short = await helm.run(['template', 'meetings', chart, '--kube-version', oldestKubernetes])
  expect(short.out).toContain('name: meetings-parley-operator')
})

test('labels by which Pods are selected never follow a version', async () => {
  const objects = await render({ profile: 'everything-values.yaml' })
  for (const deployment of objects.filter(({ kind }) => kind === 'Deployment')) {
    const { selector } = deployment['spec'] as { selector: { matchLabels: Record<string, string> } }
    expect(Object.keys(selector.matchLabels).toSorted()).toEqual([
      'app.kubernetes.io/component',
      'app.kubernetes.io/instance',
      'app.kubernetes.io/name',
    ])
  }
})
