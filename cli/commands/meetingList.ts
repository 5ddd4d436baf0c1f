import type { Command } from 'commander'

import type { Meeting } from '../../crds/index.ts'
import { kinds } from '../../operator/kube/kinds.ts'
import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps } from '../deps.ts'
import { table } from '../table.ts'
import { meetingColumns } from './status.ts'

/** Meetings as text. */
export function renderMeetings(meetings: readonly Meeting[], nowMs: number): string {
  return meetings.length === 0 ? 'No meetings.\n' : table(meetingColumns(nowMs), meetings)
}

/** `kubectl parley meeting list`. */
export function meetingListCommand(deps: CliDeps): Command {
  return clusterCommand('list', 'List meetings.')
    .option('-A, --all-namespaces', 'of all namespaces')
    .action((flags: CommonFlags & { allNamespaces?: boolean }) =>
      withCluster(deps, flags, async ({ api, namespace }) => {
        const { items } = await api.list(kinds.Meeting, flags.allNamespaces ? {} : { namespace })
        print(deps, flags, { data: items, render: (meetings) => renderMeetings(meetings, deps.clock.nowMs()) })
      }),
    )
}
