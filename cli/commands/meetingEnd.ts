import type { Command } from 'commander'

import type { Meeting } from '../../crds/index.ts'
import { kinds } from '../../operator/kube/kinds.ts'
import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps, Cluster } from '../deps.ts'
import { readMeeting } from '../meetings.ts'

/** What `meeting end` found and did. */
export interface Ended {
  readonly meeting: Meeting
  /** It had ended before. */
  readonly already: boolean
}

/** Ends a meeting for everybody, for good; the one that was read and no later one of its name. */
export async function endMeeting(cluster: Cluster, name: string): Promise<Ended> {
  const meeting = await readMeeting(cluster, name)
  if (meeting.spec.ended) return { meeting, already: true }
  const ref = { namespace: cluster.namespace, name }
  const ended = await cluster.api.mergePatch(kinds.Meeting, ref, { patch: { spec: { ended: true } }, uid: meeting.metadata.uid })
  return { meeting: ended, already: false }
}

const render = ({ meeting, already }: Ended): string =>
  already
    ? `meeting ${meeting.metadata.name} had ended already\n`
    : `meeting ${meeting.metadata.name} ended: everybody is told and nobody can join\n`

/** `kubectl parley meeting end NAME`. */
export function meetingEndCommand(deps: CliDeps): Command {
  return clusterCommand('end', 'End a meeting for everybody, for good.')
    .argument('<name>')
    .action((name: string, flags: CommonFlags) =>
      withCluster(deps, flags, async (cluster) => print(deps, flags, { data: await endMeeting(cluster, name), render })),
    )
}
