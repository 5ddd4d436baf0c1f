import { z } from 'zod'

/**
 * Version of the contract between media nodes (edge.ts). A meeting stands on nodes of one version: the operator places by it, and a
 * `hello` of another one is refused.
 */
export const edgeVersion: number = 1

/** A version as it is told, in the `hello` of an edge and of a load stream. */
export const edgeVersionTold = z.int().min(1).max(1_000).optional()

/** Version 1 is not told, so that nodes of it which know nothing of versions understand each other. */
export const tellEdgeVersion = (version: number): { edgeVersion?: number } => (version === 1 ? {} : { edgeVersion: version })
