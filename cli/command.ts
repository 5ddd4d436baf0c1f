import { Command, Option } from 'commander'

import type { CliDeps, Cluster, ClusterFlags } from './deps.ts'

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

/** Runs `work` with the cluster that the flags name, and closes it afterwards. */
export async function withCluster<T>(deps: CliDeps, flags: ClusterFlags, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await deps.connect(flags)
  try {
    return await work(cluster)
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
