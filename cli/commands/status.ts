import type { Command } from 'commander'

import type { Condition, MediaNode, MediaNodePool, Meeting } from '../../crds/index.ts'
import { kinds } from '../../operator/kube/kinds.ts'
import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps, Cluster } from '../deps.ts'
import { drainColumns, drainingOf } from '../drains.ts'
import { ageOf } from '../duration.ts'
import { readOperatorHealth, type OperatorHealth } from '../operatorHealth.ts'
import { table, type Column } from '../table.ts'

/** Everything at a glance. */
export interface StatusReport {
  readonly operator: OperatorHealth
  readonly pools: readonly MediaNodePool[]
  readonly nodes: readonly MediaNode[]
  readonly meetings: readonly Meeting[]
}

/** Reads pools and nodes of all namespaces, which meetings share, and the meetings of `namespace` (all, where absent). */
export async function readStatus(cluster: Cluster, options: { namespace?: string; nowMs: number }): Promise<StatusReport> {
  const { api } = cluster
  const [operator, pools, nodes, meetings] = await Promise.all([
    readOperatorHealth(api, options.nowMs),
    api.list(kinds.MediaNodePool, {}),
    api.list(kinds.MediaNode, {}),
    api.list(kinds.Meeting, { namespace: options.namespace }),
  ])
  return { operator, pools: pools.items, nodes: nodes.items, meetings: meetings.items }
}

const poolColumns: readonly Column<MediaNodePool>[] = [
  { heading: 'pool', of: ({ metadata }) => metadata.name },
  { heading: 'region', of: ({ spec }) => spec.region },
  { heading: 'ready', of: ({ status }) => `${status?.ready ?? 0}/${status?.replicas ?? 0}` },
  { heading: 'load', of: ({ status }) => status?.load },
]

const nodeColumns: readonly Column<MediaNode>[] = [
  { heading: 'node', of: ({ metadata }) => metadata.name },
  { heading: 'pool', of: ({ spec }) => spec.pool },
  { heading: 'phase', of: ({ status }) => status?.phase ?? 'Pending' },
  { heading: 'load', of: ({ status }) => status?.load },
  { heading: 'meetings', of: ({ status }) => status?.meetings },
  { heading: 'participants', of: ({ status }) => status?.participants },
  { heading: 'address', of: ({ status }) => status?.addresses?.join(',') },
]

/** The columns in which meetings are listed, here and by `meeting list`. */
export const meetingColumns = (nowMs: number): readonly Column<Meeting>[] => [
  { heading: 'namespace', of: ({ metadata }) => metadata.namespace },
  { heading: 'meeting', of: ({ metadata }) => metadata.name },
  { heading: 'phase', of: ({ status }) => status?.phase ?? 'Waiting' },
  { heading: 'nodes', of: ({ status }) => status?.nodes },
  { heading: 'participants', of: ({ status }) => status?.participants },
  { heading: 'age', of: ({ metadata }) => ageOf(metadata.creationTimestamp, nowMs) },
]

interface Judged {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly status?: { readonly conditions?: readonly Condition[] }
}

/** Why something is not ready that is as somebody wanted it; drains have a table of their own. */
const wanted: ReadonlySet<string> = new Set(['Ended', 'Scheduled', 'Draining', 'Drained'])

/** What is wrong, in the words of conditions: not ready, stalled, or out of reach. */
export function troubles(objects: readonly Judged[]): readonly string[] {
  return objects.flatMap(({ kind, metadata, status }) => {
    const holding = (type: string, holds: Condition['status']): Condition | undefined =>
      status?.conditions?.find((condition) => condition.type === type && condition.status === holds)
    const because = holding('Stalled', 'True') ?? holding('Ready', 'False')
    const told = [
      ...(because && !wanted.has(because.reason) ? [because] : []),
      ...[holding('Reachable', 'False')].filter((condition) => condition !== undefined),
    ]
    return told.map(({ message }) => `${kind} ${metadata.name}: ${message}`)
  })
}

/** The report as text: a table a kind, then what is wrong. */
export function renderStatus(report: StatusReport, nowMs: number): string {
  const { pools, nodes, meetings, operator } = report
  const wrong = troubles([...pools, ...nodes, ...meetings])
  const drains = drainingOf(nodes)
  return [
    `Operator: ${operator.words}\n`,
    pools.length === 0 ? 'No pools.\n' : table(poolColumns, pools),
    nodes.length === 0 ? 'No media nodes.\n' : table(nodeColumns, nodes),
    ...(drains.length === 0 ? [] : [table(drainColumns(nowMs), drains)]),
    meetings.length === 0 ? 'No meetings.\n' : table(meetingColumns(nowMs), meetings),
    ...(wrong.length === 0 ? [] : [wrong.map((line) => `! ${line}\n`).join('')]),
  ].join('\n')
}

/** `kubectl parley status`: pools, nodes, meetings and the operator at a glance. */
export function statusCommand(deps: CliDeps): Command {
  return clusterCommand('status', 'Show pools, media nodes, meetings and the operator at a glance.')
    .option('-A, --all-namespaces', 'show the meetings of all namespaces')
    .action((flags: CommonFlags & { allNamespaces?: boolean }) =>
      withCluster(deps, flags, async (cluster) => {
        const nowMs = deps.clock.nowMs()
        const data = await readStatus(cluster, { ...(flags.allNamespaces ? {} : { namespace: cluster.namespace }), nowMs })
        print(deps, flags, { data, render: (report) => renderStatus(report, nowMs) })
      }),
    )
}
