import type { TransportParameters } from '../api/rtp.ts'

type Candidates = TransportParameters['iceCandidates']

/** One step of the local preference in a candidate's priority (RFC 8445, 5.1.2.1). */
const localPreference = 256

/**
 * The candidates with each of `addresses` in place of the worker's own, the first address preferred: the worker has one port however
 * many addresses lead to it. Candidates of different addresses have different foundations (RFC 8445, 5.1.1.3).
 */
export function candidatesAt(candidates: Candidates, addresses: readonly string[]): Candidates {
  return addresses.flatMap((address, index) =>
    candidates.map((candidate) => ({
      ...candidate,
      foundation: index === 0 ? candidate.foundation : `${candidate.foundation}${index}`,
      priority: candidate.priority - index * localPreference,
      ip: address,
      address,
    })),
  )
}
