import type { CascadePlace } from './cascade.ts'
import type { CascadeMember } from './member.ts'

/** For tests: a segment with one person who publishes, in the region eu. */
export function aMember(node: string, over: Partial<CascadeMember> = {}): CascadeMember {
  return { node, region: 'eu', sinceMs: 0, people: 1, publishers: 1, ...over }
}

/** For tests: the segments as they stand once a plan was carried out. */
export function asPlanned(members: readonly CascadeMember[], places: ReadonlyMap<string, CascadePlace>): CascadeMember[] {
  return members.map((member) => ({ ...member, role: places.get(member.node)?.role, parent: places.get(member.node)?.parent }))
}
