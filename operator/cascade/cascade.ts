import type { SegmentRole } from '../../sfu/api/order.ts'
import { chooseCores, type Core } from './cores.ts'
import { byAge, coresAtMost, roomOf, type CascadeMember, type CascadeWish } from './member.ts'
import { tooTightForMesh, wantsMesh } from './mesh.ts'
import { hangLeaves, type Tree } from './parents.ts'
import { wordsOf } from './words.ts'

/** What a segment is in the cascade: its role and to whom it has a pipe. */
export interface CascadePlace {
  readonly role: SegmentRole
  /** The core that a leaf hangs on. */
  readonly parent: string | undefined
  /** Nodes, by name. */
  readonly peers: readonly string[]
  /** Why, in one line. */
  readonly why: string
}

/** What a meeting asks for that asks for nothing. */
export const anyCascade: CascadeWish = { topology: 'Auto', mode: 'meeting' }

function planMesh(members: readonly CascadeMember[]): ReadonlyMap<string, CascadePlace> {
  const names = members.map(({ node }) => node).toSorted()
  const why = names.length === 1 ? 'the only segment' : `one of ${names.length} in a mesh`
  const place = (name: string): CascadePlace => ({
    role: 'core',
    parent: undefined,
    peers: names.filter((other) => other !== name),
    why,
  })
  return new Map(names.map((name) => [name, place(name)]))
}

const overall = ({ over }: Tree): number => [...over.values()].reduce((sum, pipes) => sum + pipes, 0)

/** The leaf that would make the best further core: the one with most room for pipes, then the oldest. */
function relief(members: readonly CascadeMember[], { hangings }: Tree): Core | undefined {
  const [member] = members
    .filter(({ node, people }) => hangings.has(node) && people > 0)
    .toSorted((a, b) => (roomOf(a) === roomOf(b) ? byAge(a, b) : roomOf(b) > roomOf(a) ? 1 : -1))
  return member === undefined ? undefined : { member, why: `core of ${member.region} too: the others have no pipe left` }
}

/** Where the core has too few pipes for all leaves, further segments join it, as long as that helps: greedy, held against all trees by tests. */
function planTree(members: readonly CascadeMember[], wish: CascadeWish): Tree {
  let tree = hangLeaves(members, chooseCores(members, wish))
  while (tree.over.size > 0 && tree.cores.length < coresAtMost) {
    const more = relief(members, tree)
    if (more === undefined) break
    const next = hangLeaves(members, [...tree.cores, more])
    if (overall(next) >= overall(tree)) break
    tree = next
  }
  return tree
}

function placesOf(members: readonly CascadeMember[], tree: Tree): ReadonlyMap<string, CascadePlace> {
  const leavesOf = Map.groupBy(tree.hangings, ([, { parent }]) => parent.node)
  const cores = tree.cores.map(({ member }) => member.node)
  const peersOf = (node: string, parent: string | undefined): readonly string[] => {
    if (parent !== undefined) return [parent]
    const leaves = (leavesOf.get(node) ?? []).map(([leaf]) => leaf)
    return [...cores.filter((core) => core !== node), ...leaves].toSorted()
  }
  const names = members.map(({ node }) => node).toSorted()
  return new Map(
    names.map((node) => {
      const parent = tree.hangings.get(node)?.parent.node
      return [node, { role: parent === undefined ? 'core' : 'leaf', parent, peers: peersOf(node, parent), why: '' }]
    }),
  )
}

/**
 * Plans the pipes of a meeting: a mesh of cores up to {@link meshAtMost} segments, above it a core of at most {@link coresAtMost} (one for
 * each region with people) and leaves that hang on one of them. From each segment to each other leads exactly one path: of one pipe in a
 * mesh, two under one core, three from a leaf of one core to a leaf of another. Pipes: S(S-1)/2 in a mesh, else one a leaf beyond the
 * core's own mesh (S-1 in all with one core or two). What stands is an input, and stays as far as it can. O(S log S); a mesh names all its pipes.
 */
export function planCascade(
  members: readonly CascadeMember[],
  wish: CascadeWish = anyCascade,
): ReadonlyMap<string, CascadePlace> {
  if (wantsMesh(members, wish) && tooTightForMesh(members).length === 0) return planMesh(members)
  const tree = planTree(members, wish)
  const words = wordsOf(members, { tree, wish })
  return new Map([...placesOf(members, tree)].map(([node, place]) => [node, { ...place, why: words(node) }]))
}
