import type { Simulation } from '../simulation.ts'
import { Capacity } from './capacity.ts'
import type { Check } from './check.ts'
import { Depositions } from './depositions.ts'
import { FalseCuts } from './falseCuts.ts'
import { FalseDeaths } from './falseDeaths.ts'
import { Overwrites } from './overwrites.ts'
import { Owners } from './owners.ts'
import { WriteRate } from './writeRate.ts'

/** Listens to a simulation from now on; returns what has broken so far of what must hold at every moment. */
export function watchAlways(simulation: Simulation): () => readonly string[] {
  const owners = new Owners()
  const capacity = new Capacity(simulation)
  const cuts = new FalseCuts(simulation)
  const deaths = new FalseDeaths(simulation)
  const overwrites = new Overwrites(simulation)
  const rate = new WriteRate()
  const depositions = new Depositions(simulation)
  const checks: readonly Check[] = [owners, capacity, cuts, deaths, depositions, overwrites, rate]
  for (const check of checks) simulation.listeners.push(check)
  return () => checks.flatMap(({ faults }) => faults)
}
