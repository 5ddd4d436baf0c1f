import type { NodeCapacity, NodeLoad, WorkerLoad } from '../../sfu/api/load.ts'
import type { NodeEntry } from './nodeEntry.ts'

// A node's load as fractions of what it carries: 0 is idle, 1 is all of it. The worst resource counts, never a mean.

/** Bits and ports, which count a node. */
const nodeShare = (load: NodeLoad, capacity: NodeCapacity): number =>
  Math.max(
    load.egressBitsPerSecond / capacity.egressBitsPerSecond,
    load.ingressBitsPerSecond / capacity.ingressBitsPerSecond,
    load.pipePorts / capacity.pipePorts,
  )

/** CPU and consumers, which count a worker. */
const workerShare = (worker: WorkerLoad, capacity: NodeCapacity): number =>
  Math.max(worker.cpu, worker.consumers / capacity.consumersPerWorker)

/** For a new segment: it goes to the least loaded worker. */
export function newSegmentShare(load: NodeLoad, capacity: NodeCapacity): number {
  let least = Number.POSITIVE_INFINITY
  for (const worker of load.workers) least = Math.min(least, workerShare(worker, capacity))
  return Math.max(nodeShare(load, capacity), least)
}

type Measured = Pick<NodeEntry, 'load' | 'introduction'>

/** What people call a node's load: its worst worker or resource; undefined where it is not known. */
export function worstShare({ load, introduction }: Measured): number | undefined {
  if (load === undefined || introduction === undefined) return undefined
  const { capacity } = introduction
  return Math.max(nodeShare(load, capacity), ...load.workers.map((worker) => workerShare(worker, capacity)))
}

/** The load that a join to a segment on `worker` meets; the node's worst where the worker is unknown, 1 where nothing is. */
export function joinShare(node: Measured, worker: number | undefined): number {
  const { load, introduction } = node
  const its = worker === undefined ? undefined : load?.workers[worker]
  if (load === undefined || its === undefined || introduction === undefined) return worstShare(node) ?? 1
  return Math.max(nodeShare(load, introduction.capacity), workerShare(its, introduction.capacity))
}
