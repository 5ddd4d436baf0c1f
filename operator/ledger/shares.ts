import type { NodeCapacity, NodeLoad, WorkerLoad } from '../../sfu/api/load.ts'

/** A node's load as fractions of what it carries: 0 is idle, 1 is all of it. The worst resource counts, never a mean. */
export interface Shares {
  /** Bits and ports, which count a node. */
  readonly node: number
  /** CPU and consumers, which count a worker. */
  readonly workers: readonly number[]
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
  const workers: number[] = []
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const worker of load.workers) {
    const share = workerShare(worker, capacity)
    workers.push(share)
    least = Math.min(least, share)
    most = Math.max(most, share)
  }
  return { node, workers, newSegment: Math.max(node, least), worst: Math.max(node, most) }
}

/** The load that a join to a segment on `worker` meets; the node's worst where the worker is unknown. */
export function joinShare(shares: Shares, worker: number | undefined): number {
  const own = worker === undefined ? undefined : shares.workers[worker]
  return own === undefined ? shares.worst : Math.max(shares.node, own)
}
