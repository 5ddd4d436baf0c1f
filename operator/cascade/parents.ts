import type { Core } from './cores.ts'
import { byAge, isBeside, roomOf, type CascadeMember } from './member.ts'

/** Where a leaf hangs: `crossing` where its own region has no core, or none with a pipe left. */
export interface Hanging {
  readonly parent: CascadeMember
  readonly crossing: 'no' | 'noCore' | 'full'
}

/** The leaves of a core. */
export interface Tree {
  readonly cores: readonly Core[]
  readonly hangings: ReadonlyMap<string, Hanging>
  /** By how many pipes each node is over its budget; those that are not do not stand here. */
  readonly over: ReadonlyMap<string, number>
}

/** A core while leaves are hung on it. */
interface Hook {
  readonly member: CascadeMember
  pipes: number
}

const freeOn = ({ member, pipes }: Hook): number => roomOf(member) - pipes

/** Of the hooks with a pipe left the one with fewest pipes, then the oldest. */
function emptiest(hooks: readonly Hook[]): Hook | undefined {
  let best: Hook | undefined
  for (const hook of hooks) {
    if (freeOn(hook) > 0 && (best === undefined || hook.pipes < best.pipes)) best = hook
  }
  return best
}

/** Where nobody has a pipe left: the one that is least over its budget. */
function leastOver(hooks: readonly Hook[]): Hook | undefined {
  let best: Hook | undefined
  for (const hook of hooks) if (best === undefined || freeOn(hook) > freeOn(best)) best = hook
  return best
}

/** What a leaf may choose from. */
interface Choice {
  /** The core that it hangs on already. */
  readonly now: Hook | undefined
  /** Those of its zone, those of its region, and all; oldest first. */
  readonly beside: readonly Hook[]
  readonly near: readonly Hook[]
  readonly all: readonly Hook[]
}

const isNear = ({ now, near }: Choice): boolean => now !== undefined && (near.length === 0 || near.includes(now))

/**
 * Where it hangs already, if that is in its region or this has no core; then one of its zone, then of its region, then where it hangs abroad,
 * then any, then over budget.
 */
function hookFor(choice: Choice): Hook | undefined {
  const { now, beside, near, all } = choice
  if (isNear(choice)) return now
  return emptiest(beside) ?? emptiest(near) ?? now ?? emptiest(all) ?? leastOver(near) ?? leastOver(all)
}

/** First who stays where they are, then who has a core in their region, then the others: nobody takes another's pipe. */
const turnOf = (choice: Choice): number => {
  if (isNear(choice)) return 0
  return choice.near.length > 0 ? 1 : 2
}

/**
 * Hangs every segment that is not in the core on one that is. A leaf stays where it hangs unless its region has a core of its own with a
 * pipe left; new ones go to the core of their zone, else of their region, with fewest pipes. One that hangs in its region stays there, beside a
 * core of its zone too: to move costs its people more than the pipe saves. O(S log S).
 */
export function hangLeaves(members: readonly CascadeMember[], cores: readonly Core[]): Tree {
  const hooks = cores
    .map(({ member }): Hook => ({ member, pipes: cores.length - 1 }))
    .toSorted((a, b) => byAge(a.member, b.member))
  const byNode = new Map(hooks.map((hook) => [hook.member.node, hook]))
  const nearBy = Map.groupBy(hooks, ({ member }) => member.region)
  const hangings = new Map<string, Hanging>()
  const leaves = members
    .filter(({ node }) => !byNode.has(node))
    .map((leaf) => {
      const near = nearBy.get(leaf.region) ?? []
      const beside = near.filter(({ member }) => isBeside(member, leaf))
      return { leaf, choice: { now: byNode.get(leaf.parent ?? ''), beside, near, all: hooks } }
    })
  for (const { leaf, choice } of leaves.toSorted((a, b) => turnOf(a.choice) - turnOf(b.choice) || byAge(a.leaf, b.leaf))) {
    const hook = hookFor(choice)
    if (hook === undefined) continue
    hook.pipes += 1
    const abroad = choice.near.length === 0 ? 'noCore' : 'full'
    hangings.set(leaf.node, { parent: hook.member, crossing: hook.member.region === leaf.region ? 'no' : abroad })
  }
  const over = [
    ...hooks.map((hook) => [hook.member.node, -freeOn(hook)] as const),
    ...leaves.map(({ leaf }) => [leaf.node, 1 - roomOf(leaf)] as const),
  ]
  return { cores, hangings, over: new Map(over.filter(([, pipes]) => pipes > 0)) }
}
