import type { DrainReport } from '../../sfu/api/drain.ts'
import type { OperatorMetrics } from '../metrics.ts'

/** Sets what is told of drains, by the words of all media nodes that are emptied. */
export function measureDrains(
  reports: Iterable<DrainReport>,
  metrics: Pick<OperatorMetrics, 'drains' | 'drainLeft' | 'drainTold'>,
): void {
  const drains = { draining: 0, drained: 0 }
  let left = 0
  let told = 0
  for (const report of reports) {
    drains[report.drained ? 'drained' : 'draining'] += 1
    left += report.left
    told += report.moved
  }
  for (const phase of ['draining', 'drained'] as const) metrics.drains.set({ phase }, drains[phase])
  metrics.drainLeft.set(left)
  metrics.drainTold.set(told)
}
