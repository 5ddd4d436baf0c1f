import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { freshItems } from '../cli/install/freshItems.ts'
import { itemNames } from '../cli/install/items.ts'
import { parseSettings, type SettingTable } from '../kit/config.ts'
import { operatorSettings } from '../operator/config.ts'
import { readGivenPools } from '../operator/pods/givenPools.ts'
import { readPlacementTokens } from '../operator/service/tokens.ts'
import { faultsTogether, settings as signalingSettings } from '../signaling/config.ts'
import { settings as testerSettings } from '../signaling/tester/config.ts'
import { podsOf, type Container } from './testing/pods.ts'
import { profiles, render } from './testing/render.ts'

let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-chart-'))
  const items = await freshItems(itemNames, {}, { meetingNamespaces: ['meet'], placementNamespaces: ['*'] })
  for (const [item, text] of Object.entries(items)) writeFileSync(join(folder, item), text)
  // Only that there is text counts here; the processes' own tests serve TLS.
  for (const name of ['tls.key', 'tls.crt']) writeFileSync(join(folder, name), 'PEM')
})

afterAll(() => rmSync(folder, { recursive: true }))

const fromKubernetes: Readonly<Record<string, string>> = {
  POD_IP: '10.0.0.7',
  REDIS_PASSWORD: 'p',
  PARLEY_SIGNALING_REDIS_URL: 'rediss://:p@redis.example.org',
}

/** A container's variables as its process would find them, with the files that it mounts in the test's folder. */
function environmentOf({ env = [] }: Container): NodeJS.ProcessEnv {
  const known: Record<string, string> = {}
  for (const { name, value, valueFrom } of env) {
    const text = valueFrom === undefined ? (value ?? '') : (fromKubernetes[name] ?? 'missing')
    known[name] = text
      .replaceAll(/\$\((\w+)\)/g, (_, variable: string) => known[variable] ?? `missing ${variable}`)
      .replace(/^\/etc\/parley\/(secrets|tls)\//, `${folder}/`)
  }
  return known
}

async function environment(options: { profile?: string; values?: object }, name: string): Promise<NodeJS.ProcessEnv> {
  const container = podsOf(await render(options))
    .flatMap(({ spec }) => spec.containers)
    .find((each) => each.name === name)
  if (container === undefined) throw new Error(`there is no container ${name}`)
  return environmentOf(container)
}

/** The settings that a process reads, or all that it complains about. */
function read<Table extends SettingTable>(table: Table, envPrefix: string, env: NodeJS.ProcessEnv) {
  const parsed = parseSettings(table, { argv: [], env, envPrefix })
  if (!parsed.ok) throw new Error(parsed.faults.join('\n'))
  return parsed.settings
}

test.each(profiles)('%s: the operator and signaling take all of their settings', async (profile) => {
  read(operatorSettings, 'PARLEY_OPERATOR_', await environment({ profile }, 'operator'))
  const signaling = read(signalingSettings, 'PARLEY_SIGNALING_', await environment({ profile }, 'signaling'))
  expect(faultsTogether(signaling)).toEqual([])
})

test('the defaults say what the processes need of each other', async () => {
  const operator = read(operatorSettings, 'PARLEY_OPERATOR_', await environment({}, 'operator'))
  expect(operator).toMatchObject({
    namespace: 'meet',
    watchNamespaces: [],
    listenHost: '0.0.0.0',
    port: 8080,
    advertiseUrl: 'http://10.0.0.7:8080',
    poolsFile: '/etc/parley/pools/pools.json',
    mediaImage: 'localhost/parley-sfu:0.1.0',
    trustedKeysConfigMap: 'parley-trusted-keys',
    readNodes: true,
  })
  const signaling = read(signalingSettings, 'PARLEY_SIGNALING_', await environment({}, 'signaling'))
  expect(signaling).toMatchObject({
    port: 7700,
    operatorUrls: ['http://parley-operator.meet.svc:8080'],
    redisUrl: 'redis://:p@parley-redis.meet.svc:6379',
    webDir: '/app/web',
    turnUrls: [],
  })
  const tokens = readPlacementTokens(operator.placementTokensFile)
  expect(tokens.find(({ token }) => token === signaling.placementToken)?.verbs).toEqual(['place', 'release', 'topology'])
  const tester = read(testerSettings, 'PARLEY_TESTER_', await environment({}, 'join'))
  expect(tester).toMatchObject({ url: 'http://parley-signaling.meet.svc:80', apiKey: signaling.apiKeys[0], apart: true })
})

test('without rights in the whole cluster the operator does not ask for Nodes', async () => {
  const env = await environment({ profile: 'one-namespace-values.yaml' }, 'operator')
  expect(read(operatorSettings, 'PARLEY_OPERATOR_', env)).toMatchObject({
    readNodes: false,
    watchNamespaces: ['team-a', 'team-b'],
    trustedKeysConfigMap: 'meetings-trusted-keys',
  })
})

test.each(profiles)('%s: the operator takes the pools', async (profile) => {
  const maps = (await render({ profile })).flatMap(({ metadata, data }) => (metadata.name.endsWith('-pools') ? [data] : []))
  const path = join(folder, 'pools.json')
  writeFileSync(path, (maps[0] as Record<string, string>)['pools.json'] ?? '')
  expect(readGivenPools(path).length).toBeGreaterThan(0)
})

test('addresses of IPv6 are written as URLs want them', async () => {
  const env = await environment({ values: { ipFamily: 'IPv6' } }, 'operator')
  expect(read(operatorSettings, 'PARLEY_OPERATOR_', env)).toMatchObject({
    listenHost: '::',
    advertiseUrl: 'http://[10.0.0.7]:8080',
  })
})

test('TURN servers of the chart and of others are told to clients, with one secret', async () => {
  const values = {
    'turn.enabled': true,
    'turn.host': 'turn.example.org',
    'turn.peers': ['10.0.0.0-10.0.255.255'],
    'turn.urls': ['stun:stun.example.org'],
  }
  expect(read(signalingSettings, 'PARLEY_SIGNALING_', await environment({ values }, 'signaling')).turnUrls).toEqual([
    'stun:stun.example.org',
    'turn:turn.example.org:3478?transport=udp',
    'turn:turn.example.org:3478?transport=tcp',
  ])
  const env = await environment({ values }, 'coturn')
  expect(env).toMatchObject({ POD_IP: '10.0.0.7', TURN_SECRET: 'missing' })
})
