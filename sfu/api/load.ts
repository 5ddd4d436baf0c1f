import { z } from 'zod'

import { announcedAddresses } from './addresses.ts'
import { drainReport } from './drain.ts'
import { edgeVersionTold } from './edgeVersion.ts'
import { meetingRef, nodeName, ulid } from './identity.ts'
import { fenceNumber, wallMs } from './limits.ts'
import { segmentReport } from './order.ts'

const nonNegative = z.number().min(0).max(1e15)

/** What one worker carries. CPU is a fraction of one core. */
export const workerLoad = z.object({
  cpu: z.number().min(0).max(64),
  routers: nonNegative,
  transports: nonNegative,
  producers: nonNegative,
  consumers: nonNegative,
})
export type WorkerLoad = z.infer<typeof workerLoad>

/** What a node carries and what it can carry. CPU and consumers count a worker, bits, pipes and ports a node; the worst one wins. */
export const nodeLoad = z.object({
  atMs: wallMs,
  workers: z.array(workerLoad).min(1).max(64),
  egressBitsPerSecond: nonNegative,
  ingressBitsPerSecond: nonNegative,
  pipes: nonNegative,
  pipePorts: nonNegative,
  participants: nonNegative,
})
export type NodeLoad = z.infer<typeof nodeLoad>

/** The limits that a node was configured with; load is measured against them. */
export const nodeCapacity = z.object({
  consumersPerWorker: z.int().min(1),
  egressBitsPerSecond: z.number().min(1),
  ingressBitsPerSecond: z.number().min(1),
  pipePorts: z.int().min(1),
})
export type NodeCapacity = z.infer<typeof nodeCapacity>

/** First line of the load stream: who the node is and all that it hosts. */
export const helloLine = z.object({
  type: z.literal('hello'),
  /** Version of this contract; a node of another major version gets no meetings of this one. */
  protocol: z.literal(1),
  node: nodeName,
  /** New at each start of the agent: what it hosted before is gone. */
  boot: ulid,
  version: z.string().max(64),
  /** Of the contract between media nodes (edge.ts). Absent: 1. */
  edgeVersion: edgeVersionTold,
  /** What clients are told. */
  addresses: announcedAddresses.shape.addresses,
  /** Nobody said these: they are the host's own, and most likely not what clients reach. Absent: somebody did. */
  addressesGuessed: z.boolean().optional(),
  capacity: nodeCapacity,
  /** The highest epoch of any order it took, so that a new leader starts above it. */
  highestEpoch: fenceNumber,
  segments: z.array(segmentReport).max(10_000),
  /** Absent: it takes work. */
  drain: drainReport.optional(),
})
export type HelloLine = z.infer<typeof helloLine>

/**
 * `GET /v1/load`, newline-delimited JSON: `hello`, then `load` every second, a segment line whenever a segment's people, peers or order
 * changed, a drain line whenever a drain began, went on or was cancelled (at most ten a second each), and an address line whenever
 * clients are told others. A stream that is silent for 3 s is stale.
 */
export const loadLine = z.discriminatedUnion('type', [
  helloLine,
  z.object({ type: z.literal('load'), load: nodeLoad }),
  z.object({ type: z.literal('segment'), segment: segmentReport }),
  z.object({ type: z.literal('segmentClosed'), meeting: meetingRef }),
  z.object({ type: z.literal('drain'), drain: drainReport }),
  z.object({ type: z.literal('addresses'), ...announcedAddresses.shape }),
])
export type LoadLine = z.infer<typeof loadLine>

export const loadPath = '/v1/load'
/** Most bytes of one line: a `hello` of thousands of segments. */
export const maxLoadLineBytes = 16 * 1024 * 1024
/** Period of `load` lines. */
export const loadPeriodMs = 1_000
/** After this much silence a node's load is unknown: it takes no new work (the beat is 1 s; three missed ones make it suspect). */
export const loadStaleAfterMs = 3_000
