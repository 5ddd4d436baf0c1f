import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { freePorts } from '../../kit/freePorts.ts'
import { makeKeyPair } from '../../kit/keys.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { apiKey, secret } from './world.ts'

const root = join(import.meta.dirname, '../..')
const host = '127.0.0.1'
const pipePortsPerNode = 20
/** Opens the placement API to a test. */
export const placementToken = 'placement-token-of-the-tests'

/** One process of the installation. */
export interface Process {
  readonly name: string
  readonly url: string
  /** Everything that it wrote. */
  readonly output: () => string
  start(): Promise<void>
  /** Ends it by `signal` and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>
}

/** An embedded API, an operator, two media nodes in two regions, and two signaling replicas over one Redis: real processes. */
export interface Installation {
  readonly operator: Process
  readonly nodes: readonly [Process, Process]
  readonly replicas: readonly [Process, Process]
  /** Resolves when both media nodes take people: a node is ready some seconds before the operator knows its load. */
  nodesAccept(): Promise<void>
  stop(): Promise<void>
}

/** Plans a process that answers `GET /readyz` with 200 once it is ready. */
function plan(name: string, port: number, [entry, ...args]: readonly [string, ...string[]]): Process {
  let child: ChildProcess | undefined
  let output = ''
  const url = `http://${host}:${port}`

  async function ready(): Promise<true | ReturnType<typeof missing>> {
    if (child?.exitCode !== null) throw new Error(`${name} ended:\n${output}`)
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    return answer?.ok ? true : missing(`${name} that is ready; it said:\n${output.slice(-2_000)}`)
  }

  return {
    name,
    url,
    output: () => output,
    async start() {
      child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, entry), ...args], { cwd: root })
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
      await waitFor(ready, { timeoutMs: 60_000 })
    },
    async end(signal) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    },
  }
}

const flags = (values: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)])

async function create(api: string, kind: string, object: { name: string; spec: unknown }): Promise<void> {
  const body = {
    apiVersion: 'parley.media/v1alpha1',
    kind,
    metadata: { name: object.name, namespace: 'default' },
    spec: object.spec,
  }
  const answer = await fetch(`${api}/apis/parley.media/v1alpha1/namespaces/default/${kind.toLowerCase()}s`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${kind} ${object.name} was refused: ${await answer.text()}`)
}

/** Waits until both media nodes take people: what their load is has to be known first. */
async function nodesAccept(operator: string): Promise<void> {
  const headers = { authorization: `Bearer ${placementToken}` }
  await waitFor(
    async () => {
      const answer = await fetch(`${operator}/v1/topology`, { headers })
      const { nodes = [] } = (await answer.json()) as { nodes?: { accepting: boolean }[] }
      return nodes.filter(({ accepting }) => accepting).length === 2 || missing('two media nodes that take people')
    },
    { timeoutMs: 60_000 },
  )
}

async function writeFiles(folder: string, api: string) {
  const [operator, signaling] = await Promise.all([
    makeKeyPair('operator-1', 'operator'),
    makeKeyPair('signaling-1', 'signaling'),
  ])
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    return path
  }
  const user = { name: 'test', user: {} }
  const context = { name: 'test', context: { cluster: 'test', user: 'test', namespace: 'default' } }
  const cluster = { name: 'test', cluster: { server: api } }
  const grants = {
    name: 'signaling',
    token: placementToken,
    namespaces: ['*'],
    verbs: ['place', 'release', 'move', 'explain', 'topology'],
  }
  return {
    operatorKey: file('operator-key', operator.privateJwk),
    signalingKey: file('signaling-key', signaling.privateJwk),
    trustedKeys: file('trusted-keys', { keys: [operator.publicJwk, signaling.publicJwk] }),
    apiKeys: file('api-keys', [apiKey]),
    placementTokens: file('placement-tokens', [grants]),
    placementToken: file('placement-token', placementToken),
    secret: file('secret', secret),
    kubeconfig: file('kubeconfig', {
      ...{ apiVersion: 'v1', kind: 'Config', clusters: [cluster], users: [user], contexts: [context], 'current-context': 'test' },
    }),
  }
}

/** Starts it all; `redisUrl` is shared by the replicas, which serve the page in `webDir` where one is given. */
export async function startInstallation(redisUrl: string, { webDir = '' } = {}): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-signaling-'))
  const [apiPort = 0, operatorPort = 0, ...ports] = await freePorts(8)
  const api = plan('api', apiPort, [
    'operator/embedded/main.ts',
    ...flags({ host, port: apiPort, 'data-file': join(folder, 'api') }),
  ])
  const files = await writeFiles(folder, api.url)
  const operator = plan('operator', operatorPort, [
    'operator/main.ts',
    ...flags({ 'listen-host': host, port: operatorPort, kubeconfig: files.kubeconfig, namespace: 'default', 'lease-ms': 5_000 }),
    ...flags({ 'signing-key-file': files.operatorKey, 'placement-tokens-file': files.placementTokens }),
  ])
  const node = (name: string, at: number): Process => {
    const [port = 0, media = 0] = ports.slice(at)
    const pipes = 42_000 + (process.pid % 200) * 100 + at * pipePortsPerNode
    return plan(name, port, [
      'sfu/main.ts',
      ...flags({ node: name, 'listen-host': host, port, 'media-host': host, 'announced-address': host, 'pipe-address': host }),
      ...flags({ 'rtc-port-min': media, 'pipe-port-min': pipes, 'pipe-port-max': pipes + pipePortsPerNode - 1, workers: 1 }),
      ...flags({ 'trusted-keys': files.trustedKeys }),
    ])
  }
  const replica = (name: string, at: number): Process =>
    plan(name, ports[at] ?? 0, [
      'signaling/main.ts',
      ...flags({ host, port: ports[at] ?? 0, 'operator-urls': operator.url, 'placement-token-file': files.placementToken }),
      ...flags({ 'signing-key-file': files.signalingKey, 'api-keys-file': files.apiKeys, 'resume-secrets-file': files.secret }),
      ...flags({ 'redis-url': redisUrl, 'room-linger-ms': 1_500, ...(webDir && { 'web-dir': webDir }) }),
    ])
  const nodes = [node('media-a', 0), node('media-b', 2)] as const
  const replicas = [replica('signaling-a', 4), replica('signaling-b', 5)] as const

  async function stop(): Promise<void> {
    await Promise.all([...replicas, ...nodes, operator, api].map((each) => each.end('SIGKILL')))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await api.start()
    const spec = (each: Process, region: string) => ({ name: each.name, spec: { pool: region, address: each.url, workers: 1 } })
    for (const region of ['eu-west', 'us-east']) await create(api.url, 'MediaNodePool', { name: region, spec: { region } })
    await create(api.url, 'MediaNode', spec(nodes[0], 'eu-west'))
    await create(api.url, 'MediaNode', spec(nodes[1], 'us-east'))
    await create(api.url, 'Meeting', { name: 'standup', spec: { title: 'Stand-up' } })
    await Promise.all([operator, ...nodes, ...replicas].map((each) => each.start()))
    await nodesAccept(operator.url)
  } catch (error) {
    await stop()
    throw error
  }
  return { operator, nodes, replicas, nodesAccept: () => nodesAccept(operator.url), stop }
}
