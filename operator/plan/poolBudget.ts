import { podLabels } from '../pods/labels.ts'

/** What a pool's PodDisruptionBudget says. */
export interface BudgetSpec {
  readonly minAvailable: number
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> }
  readonly unhealthyPodEvictionPolicy: 'AlwaysAllow'
}

/** More than a pool ever has: no Pod under the budget may be evicted, and it is the guard label that lets one out from under it. */
const beyondReach = 1_000_000

/** The budget that keeps a pool's Pods until their nodes are empty. A Pod that is not healthy has nothing to lose. */
export function budgetOf(pool: string): BudgetSpec {
  return {
    minAvailable: beyondReach,
    selector: { matchLabels: { [podLabels.pool]: pool, [podLabels.guard]: 'on' } },
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  }
}

/** Its name, where pools and other budgets share a namespace. */
export const budgetName = (pool: string): string => `parley-${pool}`
