import type { NodeCapacity, NodeLoad, WorkerLoad } from '../../sfu/api/load.ts'
import type { NodeEntry } from './nodeEntry.ts'

/** A node's load as fractions of what it carries: 0 is idle, 1 is all of it. The worst resource counts, never a mean. */
export interface Shares {
  /** Bits and ports, which count a node. CPU and consumers count a worker. */
  readonly node: number
  /** For a new segment: it goes to the least loaded worker. */
  readonly newSegment: number
  /** What people call the node's load: its worst worker or resource. */
  readonly worst: number
}

const workerShare = (worker: WorkerLoad, capacity: NodeCapacity): number =>
  Math.max(worker.cpu, worker.consumers / capacity.consumersPerWorker)

/** Measures a load against the capacity that the node was configured with. */
export function sharesOf(load: NodeLoad, capacity: NodeCapacity): Shares {
  const node = Math.max(
    load.egressBitsPerSecond / capacity.egressBitsPerSecond,
    load.ingressBitsPerSecond / capacity.ingressBitsPerSecond,
    load.pipePorts / capacity.pipePorts,
  )
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const worker of load.workers) {
    const share = workerShare(worker, capacity)
    least = Math.min(least, share)
    most = Math.max(most, share)
  }
  return { node, newSegment: Math.max(node, least), worst: Math.max(node, most) }
}

/** The load that a join to a segment on `worker` meets; the node's worst where the worker is unknown. */
export function joinShare(
  { load, introduction, shares }: Pick<NodeEntry, 'load' | 'introduction' | 'shares'>,
  worker: number | undefined,
): number {
  const its = worker === undefined ? undefined : load?.workers[worker]
  if (shares === undefined || its === undefined || introduction === undefined) return shares?.worst ?? 1
  return Math.max(shares.node, workerShare(its, introduction.capacity))
}
