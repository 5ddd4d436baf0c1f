import type { SegmentRole } from '../../sfu/api/order.ts'

/** A segment, as far as the cascade depends on it. */
export interface CascadeMember {
  readonly node: string
  /** When it was made; the oldest one is the core. Any clock, as long as it is the same for all. */
  readonly sinceMs: number
  /** Its role at the moment, where it has one. */
  readonly role?: SegmentRole | undefined
}

/** What a segment is in the cascade: its role and to whom it has a pipe. */
export interface CascadePlace {
  readonly role: SegmentRole
  /** Nodes, by name. */
  readonly peers: readonly string[]
}

/** Up to this many segments all are cores, each with a pipe to each other: 6 pipes, one hop. */
export const meshAtMost = 4
/** A star goes back to a mesh only below this, so that one join more or less does not turn everything around. */
const starAtLeast = 4

const byAge = (a: CascadeMember, b: CascadeMember): number => a.sinceMs - b.sinceMs || (a.node < b.node ? -1 : 1)

/** The core of a star: the one it has, if there is exactly one, else the oldest. */
function coreOf(members: readonly CascadeMember[]): CascadeMember | undefined {
  const cores = members.filter(({ role }) => role === 'core')
  return cores.length === 1 && members.some(({ role }) => role === 'leaf') ? cores[0] : members.toSorted(byAge)[0]
}

function isStar(members: readonly CascadeMember[]): boolean {
  const already = members.some(({ role }) => role === 'leaf')
  return members.length > meshAtMost || (already && members.length >= starAtLeast)
}

/**
 * Plans the pipes of a meeting: a mesh of cores up to {@link meshAtMost} segments, above it one core with leaves. From each segment to
 * each other leads exactly one path, of one pipe in a mesh and at most two in a star.
 */
export function planCascade(members: readonly CascadeMember[]): ReadonlyMap<string, CascadePlace> {
  const names = members.map(({ node }) => node).toSorted()
  const core = isStar(members) ? coreOf(members) : undefined
  const places = new Map<string, CascadePlace>()
  for (const name of names) {
    if (core === undefined || core.node === name) {
      places.set(name, { role: 'core', peers: names.filter((other) => other !== name) })
    } else {
      places.set(name, { role: 'leaf', peers: [core.node] })
    }
  }
  return places
}
