import { Command, Option } from 'commander'

import { isApiError } from '../operator/kube/client/apiError.ts'
import type { CliDeps, Cluster, ClusterFlags } from './deps.ts'
import { cliErrors } from './failure.ts'

/** Flags that every command has. */
export interface OutputFlags {
  readonly output: 'table' | 'json'
}

/** Flags of the commands that talk to a cluster. */
export type CommonFlags = ClusterFlags & OutputFlags

/** A command with `-o`. */
export function outputCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .addOption(new Option('-o, --output <format>', 'how to print the answer').choices(['table', 'json']).default('table'))
}

/** A command that talks to a cluster, with kubectl's own flags: a plugin gets them after its name only. */
export function clusterCommand(name: string, summary: string): Command {
  return outputCommand(name, summary)
    .option('-n, --namespace <name>', "namespace; the context's where absent")
    .option('--kubeconfig <file>', 'kubeconfig to use instead of KUBECONFIG or ~/.kube/config')
    .option('--context <name>', 'context of the kubeconfig to use')
}

/** Names the server in a fault of the network, which knows paths only. */
function named(thrown: unknown, url: string): unknown {
  if (!isApiError(thrown, 'network', 'timeout')) return thrown
  return cliErrors.raise.unreachable({ what: url, why: thrown.message }, { cause: thrown })
}

/** Runs `work` with the cluster that the flags name, and closes it afterwards. Raises `unreachable` where it does not answer. */
export async function withCluster<T>(deps: CliDeps, flags: ClusterFlags, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await deps.connect(flags)
  try {
    return await work(cluster)
  } catch (error) {
    throw named(error, cluster.url)
  } finally {
    await cluster.close()
  }
}

/** Prints an answer as `-o` says. */
export function print<T>(
  deps: CliDeps,
  flags: OutputFlags,
  answer: { readonly data: T; readonly render: (data: T) => string },
): void {
  deps.write(flags.output === 'json' ? `${JSON.stringify(answer.data, undefined, 2)}\n` : answer.render(answer.data))
}
