import type { NodeCapacity, NodeLoad } from '../../sfu/api/load.ts'
import { cameraBitsPerSecond, voiceBitsPerSecond } from '../ledger/load/bitRates.ts'
import { joinLimit } from '../placement/filters.ts'
import type { PipeBudget } from './member.ts'

/**
 * So many pictures a client receives without asking for them (signaling/client/subscriptions.ts); a pipe to any number of viewers is judged as
 * if they were these, each in all its layers, since of those behind it some may watch small pictures and others a large one.
 */
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
  const bitsEach = publishers * voiceBitsPerSecond + Math.min(publishers, picturesExpected) * cameraBitsPerSecond
  const byEgress = bitsEach === 0 ? Number.POSITIVE_INFINITY : Math.floor(freeBits / bitsEach)
  return byEgress < freePorts
    ? { atMost: ownPipes + byEgress, boundBy: 'egress' }
    : { atMost: ownPipes + freePorts, boundBy: 'pipe ports' }
}
