import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { MediaNode } from '../../crds/index.ts'
import { systemClock as clock } from '../../kit/clock.ts'
import { makeKeyPair } from '../../kit/keys.ts'
import { silentLog } from '../../kit/log.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import { startEmbeddedApi } from '../../operator/embedded/embeddedApi.ts'
import { fixedAccess } from '../../operator/kube/client/access.ts'
import { createApiClient } from '../../operator/kube/client/apiClient.ts'
import { kinds } from '../../operator/kube/kinds.ts'
import { startOperatorProcess, type OperatorProcess } from '../../operator/testing/processes/operatorProcess.ts'
import { heapAfterCollection, inspectedFlags, inspectorIn } from './heap.ts'
import { startBenchNodes, workers } from './mediaNodes.ts'

/** Operators that share one Lease, and what they stand on. */
export interface Replicas {
  readonly urls: readonly string[]
  readonly token: string
  /** Where meetings are. */
  readonly namespace: string
  /** CPU seconds of each replica so far, the leader first. */
  cpuSeconds(): readonly number[]
  /** What each uses of its heap once its garbage is collected, the leader first. They must be inspected. */
  heapMegabytes(): Promise<readonly number[]>
  close(): Promise<void>
}

const namespace = 'default'
const token = 'a-token-for-the-benchmark'
const regions = ['eu-west', 'us-east'] as const
const nodesEach = 64
const readyTimeoutMs = 120_000

/** Starts the API in memory, media nodes, and `count` operators; resolves when the first leads and every media node is Ready. */
export async function startReplicas(count: number, { inspected = false } = {}): Promise<Replicas> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
  const [{ privateJwk }, server, agents] = await Promise.all([
    makeKeyPair('op', 'operator'),
    startEmbeddedApi({ log: silentLog }),
    startBenchNodes(regions.length * nodesEach),
  ])
  const api = createApiClient({ access: fixedAccess(server.url), clock, random: Math.random })
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const tokens = [{ name: 'bench', token, namespaces: [namespace], verbs: ['place', 'release', 'explain', 'topology'] }]
  const flags = [
    ...['--kubeconfig', file('kubeconfig', server.kubeconfig), '--namespace', namespace],
    ...['--signing-key-file', file('key.json', JSON.stringify(privateJwk))],
    ...['--placement-tokens-file', file('tokens.json', JSON.stringify(tokens))],
  ]
  const logOf = (index: number): string => join(folder, `operator-${index}.log`)
  const nodeFlags = inspected ? inspectedFlags : []
  const start = (index: number) => startOperatorProcess(flags, { logFile: logOf(index), nodeFlags })
  const operators: OperatorProcess[] = []
  const close = async (): Promise<void> => {
    await Promise.all(operators.map((operator) => operator.kill()))
    await Promise.all([agents.close(), api.close()])
    await server.close()
    rmSync(folder, { recursive: true })
  }
  try {
    for (const region of regions) {
      const spec = { region, adHocMeetings: { enabled: true, max: 100_000 } }
      await api.create(kinds.MediaNodePool, { metadata: { name: region, namespace }, spec })
    }
    for (const [index, { name, url }] of agents.nodes.entries()) {
      const spec = { pool: regions[index % 2] ?? regions[0], address: url, workers }
      await api.create(kinds.MediaNode, { metadata: { name, namespace }, spec })
    }
    operators.push(await start(0))
    await waitFor(
      async () => {
        const { items } = await api.list<MediaNode>(kinds.MediaNode, { namespace })
        const ready = items.filter(({ status }) => status?.phase === 'Ready').length
        return ready === agents.nodes.length ? true : missing(`${agents.nodes.length - ready} media nodes that are Ready`)
      },
      { timeoutMs: readyTimeoutMs },
    )
    while (operators.length < count) operators.push(await start(operators.length))
    for (const { url } of operators) await warm(url)
  } catch (thrown) {
    await close()
    throw thrown
  }
  return {
    urls: operators.map(({ url }) => url),
    token,
    namespace,
    cpuSeconds: () => operators.map((operator) => operator.cpuSeconds()),
    async heapMegabytes() {
      const heaps: number[] = []
      for (const index of operators.keys()) heaps.push(await heapAfterCollection(inspectorIn(readFileSync(logOf(index), 'utf8'))))
      return heaps.map((bytes) => Math.round(bytes / 1e5) / 10)
    },
    close,
  }
}

/** Waits until a replica has heard every media node. */
async function warm(url: string): Promise<void> {
  await waitFor(
    async () => {
      const { status } = await fetch(`${url}/readyz`)
      return status === 200 ? true : missing(`readiness of ${url}`)
    },
    { timeoutMs: readyTimeoutMs },
  )
}
