import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { MediaNode, Meeting } from '../../../crds/index.ts'
import { systemClock as clock } from '../../../kit/clock.ts'
import { ulidSource } from '../../../kit/ids.ts'
import { makeKeyPair, signingKeyOf, trustedKeysOf } from '../../../kit/keys.ts'
import { silentLog } from '../../../kit/log.ts'
import { missing, waitFor } from '../../../kit/wait.ts'
import type { PlacementClient } from '../../api/client.ts'
import { createPlacementClient } from '../../api/placementClient.ts'
import { startEmbeddedApi } from '../../embedded/embeddedApi.ts'
import { createApiClient, type ApiClient } from '../../kube/client/apiClient.ts'
import { kinds } from '../../kube/kinds.ts'
import { kubeConfigAccess } from '../../kube/client/kubeConfigAccess.ts'
import { serveFakeAgent, type FakeAgentServer } from '../fakes/fakeAgentServer.ts'
import { FakeMediaNode } from '../fakes/fakeMediaNode.ts'
import { gatedAgent } from '../fakes/gatedAgent.ts'
import { startOperatorProcess, type OperatorProcess } from './operatorProcess.ts'

export const token = 'a-token-for-the-integration'
export const readerToken = 'a-token-for-readers-alone'
export const namespace = 'default'
const regions = ['eu-west', 'us-east'] as const
const nodesEach = 2
const workers = 4
/** Long enough that a machine that is busy with other tests does not lose it, short enough to wait for. */
const leaseMs = 6_000
const readyTimeoutMs = 60_000

/** Real processes around fake media: the embedded API, operators, and nodes behind HTTP that verify every token. */
export interface ProcessInstallation {
  readonly api: ApiClient
  readonly nodes: ReadonlyMap<string, FakeAgentServer>
  operator(): Promise<OperatorProcess>
  /** A client of these operators, with signaling's own key for the fallback. */
  client(urls: readonly string[]): PlacementClient
  meeting(name: string, spec?: object): Promise<void>
  /** Registers a region with one media node, which nobody hears before `start`. */
  startingRegion(region: string): Promise<{ readonly region: string; readonly start: () => Promise<void> }>
  close(): Promise<void>
}

/** An API server that operators are told of by a kubeconfig. */
export interface ApiServer {
  readonly kubeconfig: string
  close(): Promise<void>
}

/**
 * Starts the media nodes, with pools and nodes registered at the API server, the embedded one unless told otherwise; operators are the
 * test's own.
 */
export async function installProcesses(
  startApi: () => Promise<ApiServer> = () => startEmbeddedApi({ log: silentLog }),
): Promise<ProcessInstallation> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-operator-'))
  const [operatorPair, signalingPair] = await Promise.all([makeKeyPair('op', 'operator'), makeKeyPair('sig', 'signaling')])
  const keys = await trustedKeysOf({ keys: [operatorPair.publicJwk, signalingPair.publicJwk] })
  const signalingKey = await signingKeyOf(signalingPair.privateJwk)
  const server = await startApi()
  const mintUlid = ulidSource(() => clock.nowMs())
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const kubeconfig = file('kubeconfig', server.kubeconfig)
  const api = createApiClient({ access: kubeConfigAccess({ file: kubeconfig }), clock, random: Math.random })
  const flags = [
    ...['--kubeconfig', kubeconfig, '--namespace', namespace],
    ...['--signing-key-file', file('key.json', JSON.stringify(operatorPair.privateJwk))],
    ...[
      '--placement-tokens-file',
      file(
        'tokens.json',
        JSON.stringify([
          { name: 'test', token, namespaces: [namespace], verbs: ['place', 'release', 'move', 'explain', 'topology'] },
          { name: 'reader', token: readerToken, namespaces: [namespace], verbs: ['topology'] },
        ]),
      ),
    ],
    ...['--lease-ms', String(leaseMs), '--turn-urls', 'turn:turn.example:3478'],
  ]
  const nodes = new Map<string, FakeAgentServer>()
  const operators: OperatorProcess[] = []
  const clients: PlacementClient[] = []
  const gated: { close(): Promise<void> }[] = []

  const registerPool = (region: string) =>
    api.create(kinds.MediaNodePool, { metadata: { name: region, namespace }, spec: { region } })
  const registerNode = (name: string, pool: string, address: string) =>
    api.create(kinds.MediaNode, { metadata: { name, namespace }, spec: { pool, address, workers } })

  for (const region of regions) {
    await registerPool(region)
    for (let index = 1; index <= nodesEach; index++) {
      const name = `${region}-${index}`
      const agent = await serveFakeAgent(new FakeMediaNode({ name, clock, mintUlid, workers }), keys)
      nodes.set(name, agent)
      await registerNode(name, region, agent.url)
    }
  }

  return {
    api,
    nodes,
    async operator() {
      const operator = await startOperatorProcess(flags)
      operators.push(operator)
      return operator
    },
    client(urls) {
      const client = createPlacementClient({
        urls,
        bearer: () => token,
        signingKey: signalingKey,
        clock,
        random: Math.random,
        mintUlid,
        log: silentLog,
      })
      clients.push(client)
      return client
    },
    async meeting(name, spec = {}) {
      await api.create(kinds.Meeting, { metadata: { name, namespace }, spec })
    },
    async startingRegion(region) {
      const name = `${region}-1`
      const agent = await serveFakeAgent(new FakeMediaNode({ name, clock, mintUlid, workers }), keys)
      const gate = await gatedAgent(agent.url)
      gated.push(gate, agent)
      await registerPool(region)
      await registerNode(name, region, gate.url)
      return { region, start: async () => gate.open() }
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
      await Promise.all(operators.map((operator) => operator.kill()))
      await Promise.all([...gated, ...nodes.values()].map((node) => node.close()))
      await api.close()
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Waits until a replica leads. Whoever needs to know which one does starts the next one only then. */
export async function leads({ lines }: OperatorProcess): Promise<void> {
  await waitFor(() => lines.some((line) => line.includes('"msg":"leading"')) || missing(`a leader:\n${lines.join('\n')}`), {
    timeoutMs: readyTimeoutMs,
  })
}

/** Waits until every media node is Ready in the API. */
export async function allReady({ api, nodes }: ProcessInstallation): Promise<void> {
  await waitFor(
    async () => {
      const { items } = await api.list<MediaNode>(kinds.MediaNode, { namespace })
      const unready = items.filter(({ status }) => status?.phase !== 'Ready').map(({ metadata }) => metadata.name)
      return unready.length === 0 && items.length === nodes.size ? true : missing(`Ready media nodes: ${unready.join(', ')}`)
    },
    { timeoutMs: readyTimeoutMs },
  )
}

/** Waits until a Meeting's status is as it should be. */
export async function statusOf(
  installation: ProcessInstallation,
  name: string,
  fits: (status: Meeting['status']) => boolean,
): Promise<void> {
  await waitFor(
    async () => {
      const { status } = await installation.api.get<Meeting>(kinds.Meeting, { namespace, name })
      return fits(status) ? true : missing(`another status of ${name} than ${JSON.stringify(status)}`)
    },
    { timeoutMs: readyTimeoutMs },
  )
}
