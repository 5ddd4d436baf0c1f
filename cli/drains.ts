import type { MediaNode } from '../crds/index.ts'
import { shortDuration } from './duration.ts'
import type { Column } from './table.ts'

/** A media node that is emptied. */
export type DrainingNode = MediaNode & {
  readonly status: { readonly drain: NonNullable<NonNullable<MediaNode['status']>['drain']> }
}

/** Those of the nodes that are emptied, or are empty and stay so. */
export const drainingOf = (nodes: readonly MediaNode[]): readonly DrainingNode[] =>
  nodes.filter((node): node is DrainingNode => node.status?.drain !== undefined)

/** By when a drain ends: `in 4m`, `passed 2m ago`. */
function untilOf(deadline: string | undefined, nowMs: number): string | undefined {
  if (deadline === undefined) return undefined
  const leftMs = Date.parse(deadline) - nowMs
  return leftMs >= 0 ? `in ${shortDuration(leftMs)}` : `passed ${shortDuration(-leftMs)} ago`
}

/** The columns in which drains are listed. */
export const drainColumns = (nowMs: number): readonly Column<DrainingNode>[] => [
  { heading: 'node', of: ({ metadata }) => metadata.name },
  { heading: 'drain', of: ({ status }) => status.phase },
  { heading: 'left', of: ({ status }) => status.drain.left },
  { heading: 'moved', of: ({ status }) => status.drain.moved },
  { heading: 'done', of: ({ status }) => untilOf(status.drain.eta, nowMs) },
  // Of one that is over its deadline is nobody's concern.
  { heading: 'ends', of: ({ status }) => (status.phase === 'Drained' ? undefined : untilOf(status.drain.deadline, nowMs)) },
  { heading: 'why', of: ({ status }) => status.drain.reason },
  { heading: 'how it goes', of: ({ status }) => status.drain.message },
]

/** A drain in one sentence. */
export const drainInWords = ({ metadata, status: { drain } }: DrainingNode): string =>
  `${metadata.name} drains (${drain.reason}): ${drain.left} left, ${drain.message}`
