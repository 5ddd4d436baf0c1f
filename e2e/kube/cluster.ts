import { inject, type TestContext } from 'vitest'

import { kubectlFor, type Kubectl } from '../support/kubectl.ts'
import type { ProgramOptions } from '../support/program.ts'
import { helmFor, type Helm } from './helm.ts'
import { testClusterAt, type TestCluster } from './testCluster.ts'
import './sharedCluster.ts'

/** The cluster of this run, as a test file uses it. */
export interface Cluster {
  readonly kubectl: Kubectl
  readonly helm: Helm
  /** What can be done to the cluster itself; undefined where it is somebody else's. */
  readonly own: TestCluster | undefined
  /** Runs kubectl and wants it to succeed. */
  does(...args: readonly string[]): Promise<string>
  /** Applies manifests. */
  apply(yaml: string, ...args: readonly string[]): Promise<void>
  /** What `kubectl get ARGS` finds, parsed. */
  get<T>(...args: readonly string[]): Promise<T>
  /** Removes what this handle made on this machine. */
  close(): void
}

/** Objects as `kubectl get` lists them. */
export interface List<T> {
  readonly items: readonly T[]
}

/** The cluster that the global set-up started or was given. */
export function theCluster(): Cluster {
  const [kubeconfig, state] = [inject('kubeconfig'), inject('clusterState')]
  const [kubectl, helm] = [kubectlFor(kubeconfig), helmFor(kubeconfig)]
  async function succeeds(args: readonly string[], options?: ProgramOptions): Promise<string> {
    const { out, err, code } = await kubectl.run(args, options)
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${err.trim()}`)
    return out
  }
  return {
    kubectl,
    helm,
    own: state === '' ? undefined : testClusterAt(state),
    does: (...args) => succeeds(args, { timeoutMs: 120_000 }),
    apply: async (yaml, ...args) => void (await succeeds(['apply', '-f', '-', ...args], { stdin: yaml })),
    get: async <T>(...args: readonly string[]) => JSON.parse(await succeeds(['get', ...args, '-o', 'json'])) as T,
    close() {
      kubectl.close()
      helm.close()
    },
  }
}

/** The cluster as one that may be broken; skips the test, with the reason, where it is somebody's own. */
export function ownCluster(cluster: Cluster, context: TestContext, why: string): TestCluster {
  return cluster.own ?? context.skip(`${why}, which only the cluster that the tests start allows`)
}
