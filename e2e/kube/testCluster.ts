import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runProgram, runWell, type ProgramOptions, type ProgramResult } from '../support/program.ts'

/** A cluster of several nodes on this machine, run by e2e/cluster/cluster.sh. Nodes are counted from 1 and called `node-1`, ... */
export interface TestCluster {
  /** Its folder: logs, credentials, the disks of its nodes. */
  readonly state: string
  readonly kubeconfig: string
  /** Starts what is dead or new, until there are so many nodes and all are Ready. */
  up(nodes: number): Promise<void>
  /** Imports image archives (as `docker save` makes them) on every node. */
  loadImages(tars: readonly string[]): Promise<void>
  /** Runs a command in all namespaces of a node. */
  inNode(node: number, command: readonly string[], options?: ProgramOptions): Promise<ProgramResult>
  /** Runs a command in the network that joins the nodes; node N hangs on its link `node-N`. */
  inHub(command: readonly string[]): Promise<ProgramResult>
  /** The node loses power; `up` starts it again. */
  killNode(node: number): Promise<void>
  /**
   * Kubelets and kube-proxies die, and their nodes start them again after a second. Left alone after an outage of the API server they come through up to a
   * minute late, since they try ever further apart.
   */
  restartAgents(): Promise<void>
  killApi(): Promise<void>
  startApi(): Promise<void>
  /** What the programs of the cluster logged, by file name. */
  logs(): Readonly<Record<string, string>>
  /** Ends all of it and removes its folder. */
  down(): Promise<void>
}

/** Folder of the images that every node gets, or undefined where this machine runs no nodes. */
export function clusterImages(): string | undefined {
  return process.env['PARLEY_CLUSTER_IMAGES']
}

/** The script that does it all. */
export const clusterScript = new URL('../cluster/cluster.sh', import.meta.url).pathname

const upTimeoutMs = 600_000
const loadTimeoutMs = 600_000
const downTimeoutMs = 300_000
const usualTimeoutMs = 180_000

/** The cluster whose folder this is, whoever started it. */
export function testClusterAt(state: string): TestCluster {
  const env = { ...process.env, TESTCLUSTER_STATE: state }
  const does = async (args: readonly string[], timeoutMs = usualTimeoutMs): Promise<void> => {
    await runWell(clusterScript, args, { env, timeoutMs })
  }
  return {
    state,
    kubeconfig: join(state, 'kubeconfig'),
    up: (nodes) => does(['up', String(nodes)], upTimeoutMs),
    loadImages: (tars) => does(['load-image', ...tars], loadTimeoutMs),
    inNode: (node, command, options) =>
      runProgram(clusterScript, ['exec-node', String(node), ...command], { ...options, env: { ...env, ...options?.env } }),
    inHub: (command) => runProgram(clusterScript, ['exec-hub', ...command], { env }),
    killNode: (node) => does(['kill-node', String(node)]),
    restartAgents: () => does(['restart-agents']),
    killApi: () => does(['kill-api']),
    startApi: () => does(['start-api'], upTimeoutMs),
    logs: () => logsIn(state),
    async down() {
      await does(['down'], downTimeoutMs)
      rmSync(state, { recursive: true })
    },
  }
}

function logsIn(state: string): Record<string, string> {
  const nodes = join(state, 'nodes')
  const names = existsSync(nodes) ? readdirSync(nodes) : []
  const folders = [join(state, 'log'), ...names.map((name) => join(nodes, name, 'log'))].filter((folder) => existsSync(folder))
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  return Object.fromEntries(files.map((file) => [file.slice(state.length + 1).replaceAll('/', '-'), readFileSync(file, 'utf8')]))
}

const logTail = 2_000

/** Starts a cluster in a folder of its own. Rejects with the ends of its logs, and leaves nothing, when it does not get up. */
export async function startTestCluster(nodes: number): Promise<TestCluster> {
  const cluster = testClusterAt(mkdtempSync(join(tmpdir(), 'parley-cluster-')))
  try {
    await cluster.up(nodes)
    return cluster
  } catch (error) {
    const logs = Object.entries(cluster.logs()).map(([name, text]) => `--- ${name}\n${text.slice(-logTail)}`)
    await cluster.down()
    throw new Error(['the cluster did not get up', ...logs].join('\n'), { cause: error })
  }
}
