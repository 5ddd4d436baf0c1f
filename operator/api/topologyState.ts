import { assertNever } from '../../kit/errors.ts'
import type { Topology, TopologyLine } from './topology.ts'

/** Puts `changed` over the entries of `old` with the same key and takes `removed` away. */
function merged<T>(
  old: readonly T[],
  delta: { changed?: readonly T[] | undefined; removed?: readonly string[] | undefined; keyOf: (item: T) => string },
): T[] {
  const { changed = [], removed = [], keyOf } = delta
  if (changed.length === 0 && removed.length === 0) return [...old]
  const byKey = new Map(old.map((item) => [keyOf(item), item]))
  for (const key of removed) byKey.delete(key)
  for (const item of changed) byKey.set(keyOf(item), item)
  return [...byKey.values()]
}

const nameOf = (item: { name: string }): string => item.name
const meetingKeyOf = (item: { namespace: string; name: string }): string => `${item.namespace}/${item.name}`

type Change = Extract<TopologyLine, { type: 'change' }>

function afterChange(before: Topology, { revision, ...line }: Change): Topology {
  const removedMeetings = line.removedMeetings?.map(meetingKeyOf)
  return {
    ...before,
    revision,
    nodes: merged(before.nodes, { changed: line.nodes, removed: line.removedNodes, keyOf: nameOf }),
    pools: merged(before.pools, { changed: line.pools, removed: line.removedPools, keyOf: nameOf }),
    meetings: merged(before.meetings, { changed: line.meetings, removed: removedMeetings, keyOf: meetingKeyOf }),
  }
}

/** The topology after one line, or undefined when a line is missing and the reader has to begin again. */
export function topologyAfter(before: Topology | undefined, line: TopologyLine): Topology | undefined {
  switch (line.type) {
    case 'snapshot':
      return line.topology
    case 'beat':
      return before?.revision === line.revision ? before : undefined
    case 'change':
      return before !== undefined && line.revision === before.revision + 1 ? afterChange(before, line) : undefined
    default:
      return assertNever(line)
  }
}
