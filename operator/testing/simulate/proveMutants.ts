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
}

async function prove({ name, what }: Mutant, within: { seed: number; histories: number; steps: number }): Promise<MutantEnding> {
  let found: { seed: number; broken: string } | undefined
  const seeds = Array.from({ length: within.histories }, (_, index) => within.seed + index)
  const task = { seeds, steps: within.steps, verbose: false, crashPoints: false, mutant: name, untilFailure: true }
  await liveInChild(task, ({ seed, faults: [broken] }) => {
    // One that does not even run proves nothing.
    if (broken !== undefined && !broken.startsWith(unended)) found ??= { seed, broken }
  })
  return { name, what, seed: found?.seed, broken: found?.broken }
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
