import { CodedError } from '../../../kit/errors.ts'
import type { PlacementAnswer, PlacementRequest } from '../../api/placement.ts'
import type { Simulation } from '../world/simulation.ts'

/** Who asks for a place again asks this much later. */
const askAgainMs = 100

/** What became of somebody who asked for a place: an answer, or what the media node said to them. */
type Arrived = PlacementAnswer | { readonly result: 'refused' | 'tryAfter' }

interface Arriving {
  readonly meeting: string
  readonly participant: string
  readonly wish: Partial<PlacementRequest>
}

/**
 * Asks for a place and takes it; anew, at most twice, where the operator who gave it no longer counts: one that shares its epoch learns that from
 * its next order to the node. The last place may also have gone by fallback, which the operator does not know yet: whoever is one too many
 * stays away, and whoever meets a node whose own places are taken tries later. All else is a fault of the simulation.
 */
export async function arrive(simulation: Simulation, arriving: Arriving, triesLeft = 2): Promise<Arrived> {
  try {
    return await simulation.join(arriving.meeting, arriving.participant, arriving.wish)
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown
    if (thrown.code === 'meeting_full') return { result: 'refused' }
    if (thrown.code === 'no_place_here') return { result: 'tryAfter' }
    if (thrown.code !== 'grant_superseded' || triesLeft === 0) throw thrown
    await simulation.pass(askAgainMs)
    return arrive(simulation, arriving, triesLeft - 1)
  }
}
