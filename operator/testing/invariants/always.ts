import type { Simulation } from '../world/simulation.ts'
import { Adoptions } from './adoptions.ts'
import { Budgets } from './budgets.ts'
import { Capacity } from './capacity.ts'
import type { Check } from './check.ts'
import { Deadlines } from './deadlines.ts'
import { Depositions } from './depositions.ts'
import { Drains } from './drains.ts'
import { FalseCuts } from './falseCuts.ts'
import { FalseDeaths } from './falseDeaths.ts'
import { Newcomers } from './newcomers.ts'
import { Overwrites } from './overwrites.ts'
import { Owners } from './owners.ts'
import { Returns } from './returns.ts'
import { Tellings } from './tellings.ts'
import { WriteRate } from './writeRate.ts'

/** Faults with the name of the invariant before them. */
export const namedFaults = (invariant: string, faults: readonly string[]): readonly string[] =>
  faults.map((fault) => `${invariant}: ${fault}`)

/** Listens to a simulation from now on; returns what has broken so far of what must hold at every moment. */
export function watchAlways(simulation: Simulation): () => readonly string[] {
  const checks: Readonly<Record<string, Check>> = {
    owners: new Owners(),
    capacity: new Capacity(simulation),
    cuts: new FalseCuts(simulation),
    deaths: new FalseDeaths(simulation),
    depositions: new Depositions(simulation),
    overwrites: new Overwrites(simulation),
    drains: new Drains(simulation),
    budgets: new Budgets(simulation),
    tellings: new Tellings(simulation),
    deadlines: new Deadlines(simulation),
    'write rate': new WriteRate(),
    newcomers: new Newcomers(simulation),
    adoptions: new Adoptions(),
    returns: new Returns(simulation),
  }
  for (const check of Object.values(checks)) simulation.listeners.push(check)
  return () => Object.entries(checks).flatMap(([name, { faults }]) => namedFaults(name, faults))
}
