import type { Clock } from '../kit/clock.ts'
import type { ApiPort } from '../operator/kube/client/apiPort.ts'

/** Which cluster is meant, in kubectl's flags. Absent ones mean what they mean to kubectl. */
export interface ClusterFlags {
  readonly kubeconfig?: string
  readonly context?: string
  readonly namespace?: string
}

/** A cluster that a command talks to. */
export interface Cluster {
  readonly api: ApiPort
  /** `--namespace`, else the context's, else `default`. */
  readonly namespace: string
  /** URL of the API server, for words. */
  readonly url: string
  close(): Promise<void>
}

/** What commands need of the world; a test gives its own. */
export interface CliDeps {
  /** Rejects with `no_cluster` where no configuration is found. */
  readonly connect: (flags: ClusterFlags) => Promise<Cluster>
  readonly clock: Clock
  readonly env: NodeJS.ProcessEnv
  readonly fetch: typeof globalThis.fetch
  readonly readText: (path: string) => string
  /** Writes to stdout. */
  readonly write: (text: string) => void
  /** Writes to stderr. */
  readonly complain: (text: string) => void
  /** Sets the exit code of a command that did its work and whose answer is no. */
  readonly exitWith: (code: number) => void
}
