import { Command } from 'commander'

import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps } from '../deps.ts'
import { listOf } from '../flags.ts'
import { givenOf, type Given } from '../install/givenItems.ts'
import { writeKeys, type KeysDone } from '../install/writeKeys.ts'

interface KeysFlags {
  readonly secret: string
  readonly configMap: string
  readonly release?: string
  readonly meetingNamespaces?: readonly string[]
  readonly placementNamespaces: readonly string[]
  readonly given?: readonly Given[]
}

function render({ secret, made, configMap, trustGrew }: KeysDone): string {
  const keys = made.length === 0 ? `Secret ${secret} is complete and left as it is` : `Secret ${secret}: made ${made.join(', ')}`
  const trust = trustGrew ? 'has the public keys' : 'is complete and left as it is'
  return `${keys}\nConfigMap ${configMap} ${trust}\n`
}

/** `kubectl parley install keys`: what the chart's hook runs before each install and upgrade. */
function keysCommand(deps: CliDeps): Command {
  return clusterCommand('keys', 'Make the keys that are missing, and leave those that are there as they are.')
    .option('--secret <name>', 'the Secret to keep them in', 'parley-keys')
    .option('--config-map <name>', 'the ConfigMap with the public keys that media nodes trust', 'parley-trusted-keys')
    .option('--release <name>', 'release of Helm that they belong to')
    .option('--meeting-namespaces <names>', 'namespaces whose meetings the API key opens; the first is the usual one', listOf)
    .option('--placement-namespaces <names>', 'namespaces that signaling may place meetings of; * means all', listOf, ['*'])
    .option('--given <item=secret/key>', 'an item that is not made, since a Secret has it; may be given several times', givenOf)
    .action((flags: CommonFlags & KeysFlags) =>
      withCluster(deps, flags, async (cluster) => {
        const { meetingNamespaces = [cluster.namespace], given = [] } = flags
        const data = await writeKeys(cluster, { ...flags, meetingNamespaces, given })
        print(deps, flags, { data, render })
      }),
    )
}

/** `kubectl parley install ...`. */
export function installCommand(deps: CliDeps): Command {
  return new Command('install').description('What the chart does around an installation.').addCommand(keysCommand(deps))
}
