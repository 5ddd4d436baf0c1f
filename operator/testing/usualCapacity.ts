import type { NodeCapacity } from '../../sfu/api/load.ts'

/** What a media node of a test carries that says nothing else. */
export const usualCapacity: NodeCapacity = {
  consumersPerWorker: 500,
  egressBitsPerSecond: 1e9,
  ingressBitsPerSecond: 1e9,
  pipePorts: 100,
}
