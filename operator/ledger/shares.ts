import type { NodeCapacity } from '../../sfu/api/load.ts'
import type { NodeEntry } from './nodeEntry.ts'
import type { MeasuredLoad } from './nodeLoads.ts'

// A node's measured load as fractions of what it carries: 0 is idle, 1 is all of it. The worst resource counts, never a mean.

/** Bits and ports, which count a node. */
const nodeShare = (load: MeasuredLoad, capacity: NodeCapacity): number =>
  Math.max(
    load.egressBitsPerSecond / capacity.egressBitsPerSecond,
    load.ingressBitsPerSecond / capacity.ingressBitsPerSecond,
    load.pipePorts / capacity.pipePorts,
  )

/** CPU and consumers, which count a worker. */
const workerShare = (worker: MeasuredLoad['workers'][number], capacity: NodeCapacity): number =>
  Math.max(worker.cpu, worker.consumers / capacity.consumersPerWorker)

/** What people call a node's load: its worst worker or resource; undefined where it is not known. */
export function worstShare({ load, introduction }: Pick<NodeEntry, 'load' | 'introduction'>): number | undefined {
  if (load === undefined || introduction === undefined) return undefined
  const { capacity } = introduction
  return Math.max(nodeShare(load, capacity), ...load.workers.map((worker) => workerShare(worker, capacity)))
}
