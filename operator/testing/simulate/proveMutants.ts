import { liveInChild, unended } from './children.ts'
import { sourceOf } from './applyMutant.ts'
import { mutants, type Mutant } from './mutants.ts'

/** Whether the simulation found a mutant, and by which history. */
export interface MutantEnding {
  readonly name: string
  readonly what: string
  /** Of the first history that failed; undefined where none did. */
  readonly seed: number | undefined
  readonly broken: string | undefined
  /** All invariants that broke in that history. */
  readonly invariants: readonly string[]
}

/** By invariant, the mutants that it alone found: in the history that found them nothing else broke. */
export function foundAlone(
  endings: readonly MutantEnding[],
): readonly (readonly [invariant: string, mutants: readonly string[]])[] {
  const alone = endings.filter(({ invariants }) => invariants.length === 1)
  const groups = Map.groupBy(alone, ({ invariants: [invariant = ''] }) => invariant)
  return [...groups]
    .map(([invariant, found]) => [invariant, found.map(({ name }) => name).toSorted()] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** The name before a fault's words. */
const invariantOf = (fault: string): string => fault.split(':')[0] ?? fault

async function prove({ name, what }: Mutant, within: { seed: number; histories: number; steps: number }): Promise<MutantEnding> {
  let found: (Pick<MutantEnding, 'invariants'> & { seed: number; broken: string }) | undefined
  const seeds = Array.from({ length: within.histories }, (_, index) => within.seed + index)
  const task = { seeds, steps: within.steps, verbose: false, crashPoints: false, mutant: name, untilFailure: true }
  await liveInChild(task, ({ seed, faults }) => {
    const [broken] = faults
    // One that does not even run proves nothing.
    if (broken !== undefined && !broken.startsWith(unended))
      found ??= { seed, broken, invariants: [...new Set(faults.map(invariantOf))] }
  })
  return { name, what, seed: found?.seed, broken: found?.broken, invariants: found?.invariants ?? [] }
}

/** Lives histories with each mutant until one fails, so many at most, in `jobs` processes at once. Throws where a mutant's text is gone. */
export async function proveMutants(
  of: { seed: number; histories: number; steps: number; jobs: number; mutant: string | undefined },
  onEnding: (ending: MutantEnding) => void,
): Promise<readonly MutantEnding[]> {
  const chosen = mutants.filter(({ name }) => of.mutant === undefined || name === of.mutant)
  if (chosen.length === 0) throw new Error(`there is no mutant ${of.mutant}, only ${mutants.map(({ name }) => name).join(', ')}`)
  for (const mutant of chosen) sourceOf(mutant)
  const endings: MutantEnding[] = []
  const left = chosen.values()
  async function worker(): Promise<void> {
    for (const mutant of left) {
      const ending = await prove(mutant, of)
      endings.push(ending)
      onEnding(ending)
    }
  }
  await Promise.all(Array.from({ length: of.jobs }, worker))
  return endings
}
