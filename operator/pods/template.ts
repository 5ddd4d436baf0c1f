import { createHash } from 'node:crypto'

import type { MediaNodePoolSpec } from '../../crds/index.ts'
import { canonicalJson } from './canonicalJson.ts'

/** Enough of a hash to tell the templates of one pool apart (40 bits), short enough for a label. */
const hashLength = 10

/**
 * The hash of what a pool says of its Pods: where it changes, they are replaced. What is told to running nodes (the announced address, the
 * deadline of a drain) is no part of it, nor is how the operator builds Pods: a newer operator alone replaces nothing.
 */
export function templateHash({ image, workers, network, overrides }: MediaNodePoolSpec): string {
  const template = canonicalJson({ image, workers, mode: network.mode, overrides: overrides ?? {} })
  return createHash('sha256').update(template).digest('hex').slice(0, hashLength)
}
