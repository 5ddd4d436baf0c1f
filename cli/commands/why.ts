import type { Command } from 'commander'

import type { Condition, Meeting, MeetingSegment } from '../../crds/index.ts'
import type { Explanation } from '../../operator/api/placement.ts'
import { kinds, type KubeEvent } from '../../operator/kube/kinds.ts'
import { clusterCommand, print, withCluster, type CommonFlags } from '../command.ts'
import type { CliDeps, Cluster } from '../deps.ts'
import { ageOf, shortDuration } from '../duration.ts'
import { readMeeting } from '../meetings.ts'
import { readOperatorHealth } from '../operatorHealth.ts'
import { addPlacementFlags, explain, placementAccess, type PlacementFlags } from '../placementApi.ts'
import { printable, table, type Column } from '../table.ts'

/** Where a meeting is and why: as the operator knows it now, or as it last wrote it down. */
export type Why =
  | { readonly from: 'operator'; readonly explanation: Explanation }
  | { readonly from: 'status'; readonly meeting: Meeting; readonly events: readonly KubeEvent[] }

const latestEvents = 10

/** What the meeting's status and events tell. */
export async function whyByStatus(cluster: Cluster, name: string): Promise<Why> {
  const meeting = await readMeeting(cluster, name)
  const fieldSelector = `involvedObject.kind=Meeting,involvedObject.name=${name}`
  const { items } = await cluster.api.list(kinds.Event, { namespace: cluster.namespace, fieldSelector })
  const events = items
    .filter(({ involvedObject }) => involvedObject.uid === meeting.metadata.uid)
    .toSorted((a, b) => b.lastTimestamp.localeCompare(a.lastTimestamp))
    .slice(0, latestEvents)
  return { from: 'status', meeting, events }
}

/** Where the segments are, in the columns that both ways of knowing have. */
const segmentColumns: readonly Column<Omit<MeetingSegment, 'generation' | 'parent'>>[] = [
  { heading: 'node', of: ({ node }) => node },
  { heading: 'region', of: ({ region }) => region },
  { heading: 'role', of: ({ role, fallback }) => (fallback ? `${role} (fallback)` : role) },
  { heading: 'why', of: ({ why }) => why },
]

const peopleColumn: Column<Explanation['segments'][number]> = { heading: 'people', of: ({ participants }) => participants }

const placementColumns = (nowMs: number): readonly Column<Explanation['placements'][number]>[] => [
  { heading: 'ago', of: ({ atMs }) => shortDuration(nowMs - atMs) },
  { heading: 'participant', of: ({ participant }) => participant },
  { heading: 'node', of: ({ node }) => node },
  { heading: 'why', of: ({ reason }) => reason },
]

const nodeColumns: readonly Column<Explanation['nodes'][number]>[] = [
  { heading: 'node', of: ({ node }) => node },
  { heading: 'region', of: ({ region }) => region },
  { heading: 'takes', of: ({ takes }) => (takes ? 'yes' : 'no') },
  { heading: 'why', of: ({ why }) => why },
]

const conditionColumns = (nowMs: number): readonly Column<Condition>[] => [
  { heading: 'condition', of: ({ type }) => type },
  { heading: 'holds', of: ({ status }) => status },
  { heading: 'since', of: ({ lastTransitionTime }) => ageOf(lastTransitionTime, nowMs) },
  { heading: 'why', of: ({ message }) => message },
]

const eventColumns = (nowMs: number): readonly Column<KubeEvent>[] => [
  { heading: 'ago', of: ({ lastTimestamp }) => ageOf(lastTimestamp, nowMs) },
  { heading: 'event', of: ({ reason }) => reason },
  { heading: 'what', of: ({ message }) => message },
]

/** A table as a part of a text, or nothing where it would be empty. */
function part<Row>(columns: readonly Column<Row>[], rows: readonly Row[], title?: string): readonly string[] {
  return rows.length === 0 ? [] : [`${title === undefined ? '' : `${title}\n`}${table(columns, rows)}`]
}

const regionColumns: readonly Column<Explanation['regions'][number]>[] = [
  { heading: 'region', of: ({ region }) => region },
  { heading: 'why', of: ({ why }) => why },
]

/** Where somebody who joins now would go. */
function joinInWords({ result, node, reason }: Explanation['join']): string {
  if (node !== undefined) return `Who joins now goes to ${node}: ${printable(reason)}`
  return `Who joins now is ${result === 'refused' ? 'refused' : 'put off'}: ${printable(reason)}`
}

function renderExplanation(of: Explanation, nowMs: number): string {
  const { meeting, phase, why, segments, placements, join, regions, nodes } = of
  // Who is refused by a rule of the meeting finds media nodes that would take them.
  const but = join.result === 'refused' ? ' but for that' : ''
  return [
    `${meeting.namespace}/${meeting.name} is ${phase}: ${printable(why)}\n`,
    ...part([...segmentColumns.slice(0, 3), peopleColumn, ...segmentColumns.slice(3)], segments),
    ...part(placementColumns(nowMs), placements, 'Latest placements'),
    `${joinInWords(join)}\n`,
    ...part(regionColumns, regions, `Regions${but}, the first choice first`),
    ...part(nodeColumns, nodes, `Media nodes${but}, the first choice first`),
  ].join('\n')
}

function renderStatusOf({ metadata, status = {} }: Meeting, events: readonly KubeEvent[], nowMs: number): string {
  const { phase = 'Waiting', why = 'the operator has not judged it yet', segments = [], conditions = [] } = status
  return [
    `${metadata.namespace}/${metadata.name} is ${phase}: ${printable(why)}\n`,
    ...part(segmentColumns, segments),
    ...part(conditionColumns(nowMs), conditions),
    ...part(eventColumns(nowMs), events),
  ].join('\n')
}

/** The answer as text. */
export function renderWhy(why: Why, nowMs: number): string {
  return why.from === 'operator' ? renderExplanation(why.explanation, nowMs) : renderStatusOf(why.meeting, why.events, nowMs)
}

/** `kubectl parley why MEETING`. */
export function whyCommand(deps: CliDeps): Command {
  const command = clusterCommand(
    'why',
    'Say where a meeting is and why: exactly, from the placement API, with a token that has the verb explain; without any token from its status.',
  )
  return addPlacementFlags(command)
    .argument('<meeting>')
    .action((name: string, flags: CommonFlags & PlacementFlags) =>
      withCluster(deps, flags, async (cluster) => {
        const { address } = await readOperatorHealth(cluster.api, deps.clock.nowMs())
        const access = placementAccess(deps, flags, address)
        // Without a token the Lease's address would only refuse; the status tells as much.
        const data: Why =
          access && (access.from === 'person' || access.token !== undefined)
            ? { from: 'operator', explanation: await explain(deps, access, { namespace: cluster.namespace, name }) }
            : await whyByStatus(cluster, name)
        print(deps, flags, { data, render: (why) => renderWhy(why, deps.clock.nowMs()) })
      }),
    )
}
