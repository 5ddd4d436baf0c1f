import { Option, type Command } from 'commander'

import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps } from '../deps.ts'
import { shortDuration } from '../duration.ts'
import { durationOf } from '../flags.ts'
import { createRemoval, type Removed } from '../install/removal.ts'
import { operatorLease } from '../operatorHealth.ts'

interface UninstallFlags {
  readonly operator?: string
  readonly release: string
  readonly secret?: string
  readonly configMap?: string
  readonly grace: number
  readonly timeout: number
}

const defaultGraceMs = 30_000
const defaultTimeoutMs = 4 * 60_000

const told = (what: string, names: readonly string[]): string =>
  names.length === 0 ? `no ${what} to delete\n` : `${what} deleted: ${names.join(', ')}\n`

const render = ({ pools, nodes, pods }: Removed): string =>
  told('pools', pools) + told('media nodes', nodes) + told('media Pods', pods)

/** `kubectl parley uninstall`: what the chart's hook runs before its objects are deleted. */
export function uninstallCommand(deps: CliDeps): Command {
  return clusterCommand(
    'uninstall',
    'Delete all pools of a namespace, wait for their Pods, and delete what was made beside Helm.',
  )
    .option('--operator <name>', "the operator's Deployment, to be stopped when the Pods are gone")
    .option('--release <name>', "release of Helm that the operator's Pods are labelled with", 'parley')
    .option('--secret <name>', 'the Secret that `install keys` made')
    .option('--config-map <name>', 'the ConfigMap that it made')
    .addOption(
      new Option('--grace <duration>', 'what media Pods get to tell their people and end')
        .argParser(durationOf)
        .default(defaultGraceMs, shortDuration(defaultGraceMs)),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long to wait for Pods')
        .argParser(durationOf)
        .default(defaultTimeoutMs, shortDuration(defaultTimeoutMs)),
    )
    .action((flags: CommonFlags & UninstallFlags) =>
      withCluster(deps, flags, async (cluster) => {
        const { grace: graceMs, timeout: timeoutMs, secret, configMap, release } = flags
        const operator = flags.operator === undefined ? undefined : { deployment: flags.operator, release }
        const wish = { operator, secret, configMap, graceMs, timeoutMs, lease: operatorLease }
        const data = await createRemoval(deps, cluster, wish).run()
        print(deps, flags, { data, render })
      }),
    )
}
