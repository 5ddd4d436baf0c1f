import { coresAtMost, roomOf, type CascadeMember } from './member.ts'

/** What a tree costs, worst first: pipes over budget, leaves that hang in another region, pipes. */
export type TreeCost = readonly [over: number, crossing: number, pipes: number]

const cheaper = (a: TreeCost, b: TreeCost): boolean => {
  const at = a.findIndex((value, index) => value !== b[index])
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0)
}

/** A leaf and the core that it hangs on. */
interface Hung {
  readonly leaf: CascadeMember
  readonly parent: CascadeMember
}

/** The cost of hanging leaves on `cores`. */
export function costOf(cores: readonly CascadeMember[], leaves: readonly Hung[]): TreeCost {
  const pipes = new Map(cores.map(({ node }) => [node, cores.length - 1]))
  for (const { parent } of leaves) pipes.set(parent.node, (pipes.get(parent.node) ?? 0) + 1)
  const overCore = cores.reduce((sum, core) => sum + Math.max(0, (pipes.get(core.node) ?? 0) - roomOf(core)), 0)
  const overLeaf = leaves.reduce((sum, { leaf }) => sum + Math.max(0, 1 - roomOf(leaf)), 0)
  const crossing = leaves.filter(({ leaf, parent }) => leaf.region !== parent.region).length
  return [overCore + overLeaf, crossing, (cores.length * (cores.length - 1)) / 2 + leaves.length]
}

function* subsets<T>(of: readonly T[]): Generator<readonly T[], void> {
  for (let mask = 1; mask < 2 ** of.length; mask++) yield of.filter((_, index) => (mask >> index) & 1)
}

function* hangings(leaves: readonly CascadeMember[], cores: readonly CascadeMember[]): Generator<readonly Hung[], void> {
  const [leaf, ...rest] = leaves
  if (leaf === undefined) {
    yield []
    return
  }
  for (const others of hangings(rest, cores)) for (const parent of cores) yield [{ leaf, parent }, ...others]
}

/** The cheapest of all trees in which every region has a core, by trying each; for small meetings in at most {@link coresAtMost} regions. */
export function cheapestTree(members: readonly CascadeMember[]): TreeCost {
  const regions = new Set(members.map(({ region }) => region))
  let best: TreeCost | undefined
  for (const cores of subsets(members)) {
    if (cores.length > coresAtMost || new Set(cores.map(({ region }) => region)).size < regions.size) continue
    const leaves = members.filter((member) => !cores.includes(member))
    for (const hung of hangings(leaves, cores)) {
      const cost = costOf(cores, hung)
      if (best === undefined || cheaper(cost, best)) best = cost
    }
  }
  if (best === undefined) throw new Error('a meeting without segments, or in too many regions')
  return best
}
