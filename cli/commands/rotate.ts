import { Argument, type Command } from 'commander'

import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps } from '../deps.ts'
import { createRotation, type RotationNames, type Signer } from '../install/rotation.ts'

type Step = 'prepare' | 'switch' | 'finish'

/** `kubectl parley rotate SIGNER STEP`. */
export function rotateCommand(deps: CliDeps): Command {
  return clusterCommand('rotate', 'Rotate a signing key, in three steps, without anybody noticing.')
    .addArgument(new Argument('<signer>', 'whose key').choices(['operator', 'signaling']))
    .addArgument(new Argument('<step>', 'what to do next').choices(['prepare', 'switch', 'finish']))
    .option('--secret <name>', 'the Secret that `install keys` made', 'parley-keys')
    .option('--config-map <name>', 'the ConfigMap that it made', 'parley-trusted-keys')
    .action((signer: Signer, step: Step, flags: CommonFlags & RotationNames) =>
      withCluster(deps, flags, async (cluster) => {
        const rotation = createRotation(deps, { cluster, names: flags, signer })
        print(deps, flags, { data: { signer, step, words: await rotation[step]() }, render: ({ words }) => words })
      }),
    )
}
