import type { History } from '../histories/history.ts'
import { namedFaults } from './always.ts'
import { faultsOf } from './meetings.ts'
import { orphansOf } from './orphans.ts'
import { peopleFaultsOf } from './people.ts'

/** What is wrong with a history's world in which nothing fails any more and time has passed; nothing, where all converged. */
export function eventualFaultsOf(history: History): readonly string[] {
  const { simulation } = history
  return [
    ...namedFaults('cascade', faultsOf(simulation)),
    ...namedFaults('people', peopleFaultsOf(history)),
    ...namedFaults('orphans', orphansOf(simulation)),
  ]
}
