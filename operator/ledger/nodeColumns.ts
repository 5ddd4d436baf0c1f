import type { WorkerLoad } from '../../sfu/api/load.ts'

/** Where a cost falls: a media node by its number, and one of its workers by its row; -1 where that is not known. */
export interface Spot {
  readonly node: number
  readonly worker: number
}

// Columns of a node's row: what is measured, what is reserved, and which share of the node one of each is; then where its workers stand.
export const egress = 0
export const ingress = 1
export const ports = 2
export const egressReserved = 3
export const ingressReserved = 4
export const portsReserved = 5
export const egressShare = 6
export const ingressShare = 7
export const portShare = 8
export const consumerShare = 9
export const firstWorker = 10
/** 0 while nothing is measured. */
export const workers = 11
export const workersKept = 12
/** What a new segment meets, worked out whenever one of the others changes: decisions and orders ask for it all the time. */
export const newSegment = 13
export const participants = 14

// Columns of a worker's row.
export const cpu = 0
export const consumers = 1
export const packetsReserved = 2
export const consumersReserved = 3

/** What is kept of the load that a node told last: numbers, so that no line outlives its beat. */
export interface MeasuredLoad {
  readonly workers: readonly Pick<WorkerLoad, 'cpu' | 'consumers'>[]
  readonly egressBitsPerSecond: number
  readonly ingressBitsPerSecond: number
  readonly pipePorts: number
  readonly participants: number
}

/** What of a node or worker is asked about. */
export type Resource = 'CPU' | 'consumers' | 'egress' | 'ingress' | 'pipe ports'
