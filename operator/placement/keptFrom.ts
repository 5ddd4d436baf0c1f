import type { AvoidedNode, AvoidedSince } from '../ledger/people/avoided.ts'

/** Why somebody is on a media node that they are to be kept from. */
export const takenAgain: Readonly<Record<AvoidedSince, string>> = {
  failure: 'it failed them lately, and no other takes them',
  move: 'they were moved from it lately, and no other takes them',
}

/** Why somebody is not on a media node where they would be. */
export const keptOff: Readonly<Record<AvoidedSince, string>> = {
  failure: 'which failed them lately',
  move: 'from which they were moved lately',
}

/** What media nodes are that somebody is kept from, all together; undefined where there are none. */
export function keptFromInWords(avoided: readonly AvoidedNode[]): string | undefined {
  const all = new Set(avoided.map(({ since }) => since))
  if (all.size > 1) return 'what failed them lately or they were moved from'
  if (all.has('move')) return 'what they were moved from lately'
  return all.has('failure') ? 'what failed them lately' : undefined
}
