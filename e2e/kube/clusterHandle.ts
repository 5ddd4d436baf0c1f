import { kubectlFor, type Kubectl } from '../support/kubectl.ts'
import type { ProgramOptions } from '../support/program.ts'
import { helmFor, type Helm } from './helm.ts'
import { testClusterAt, type TestCluster } from './testCluster.ts'

/** A cluster, as tests and benchmarks use it. */
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

/** The cluster that a kubeconfig leads to; `state` is its folder where it is one of ours, else empty. */
export function clusterHandle({ kubeconfig, state }: { readonly kubeconfig: string; readonly state: string }): Cluster {
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
    does: (...args) => succeeds(args, { timeoutMs: 180_000 }),
    apply: async (yaml, ...args) => void (await succeeds(['apply', '-f', '-', ...args], { stdin: yaml })),
    get: async <T>(...args: readonly string[]) => JSON.parse(await succeeds(['get', ...args, '-o', 'json'])) as T,
    close() {
      kubectl.close()
      helm.close()
    },
  }
}
