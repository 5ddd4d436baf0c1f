import type { NodeCapacity, NodeLoad } from '../../sfu/api/load.ts'
import { voiceBitsPerSecond } from '../ledger/load/bitRates.ts'
import { joinLimit } from '../placement/filters.ts'
import type { PipeBudget } from './member.ts'

/** What a pipe carries of one picture with its three layers, in bits a second (measured: 640x360, VP8). */
const pictureBitsPerSecond = 860_000
/** So many pictures a client receives without being asked; a pipe to any number of viewers is judged as if they were these. */
const picturesExpected = 6

/** What a node could add: its limits, what it carries now, and the pipes of this meeting among that. */
export interface PipeOwner {
  readonly capacity: NodeCapacity
  readonly load: Pick<NodeLoad, 'egressBitsPerSecond' | 'pipePorts'>
  readonly ownPipes: number
}

/**
 * How many pipes of one meeting with so many publishers a node can carry: by its free pipe ports, and by the egress that is left up to
 * {@link joinLimit} of what it may send. Those that it has count as carried, whatever its load, so that a full node is not torn from its
 * peers.
 */
export function pipeBudget({ capacity, load, ownPipes }: PipeOwner, publishers: number): PipeBudget {
  const freePorts = Math.max(0, capacity.pipePorts - load.pipePorts)
  const freeBits = Math.max(0, capacity.egressBitsPerSecond * joinLimit - load.egressBitsPerSecond)
  const bitsEach = publishers * voiceBitsPerSecond + Math.min(publishers, picturesExpected) * pictureBitsPerSecond
  const byEgress = bitsEach === 0 ? Number.POSITIVE_INFINITY : Math.floor(freeBits / bitsEach)
  return byEgress < freePorts
    ? { atMost: ownPipes + byEgress, boundBy: 'egress' }
    : { atMost: ownPipes + freePorts, boundBy: 'pipe ports' }
}
