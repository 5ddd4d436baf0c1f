import type { MeasuredWorker } from './workerLoads.ts'

/** Where a cost falls: a media node by its number, and one of its workers by its row; -1 where that is not known. */
export interface Spot {
  readonly node: number
  readonly worker: number
}

/** What is kept of the load that a node told last: numbers, so that no line outlives its beat. */
export interface MeasuredLoad {
  readonly workers: readonly MeasuredWorker[]
  readonly egressBitsPerSecond: number
  readonly ingressBitsPerSecond: number
  readonly pipePorts: number
  readonly participants: number
}

/** What of a node or worker is asked about. */
export type Resource = 'CPU' | 'consumers' | 'egress' | 'ingress' | 'pipe ports'
