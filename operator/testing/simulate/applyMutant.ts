import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { mutants, type Mutant } from './mutants.ts'

const root = join(import.meta.dirname, '../../..')

/** The mutant's source. Throws where the code is no longer as the mutant expects it: it has to be written anew then. */
export function sourceOf({ name, file, from, to }: Mutant): string {
  const source = readFileSync(join(root, file), 'utf8')
  const found = source.split(from).length - 1
  if (found !== 1) throw new Error(`mutant ${name}: its text stands ${found} times in ${file}, not once: ${from}`)
  return source.replace(from, () => to)
}

/** Has every module that is loaded from now on be the mutant's. */
export function applyMutant(name: string): void {
  const mutant = mutants.find((each) => each.name === name)
  if (mutant === undefined) throw new Error(`there is no mutant ${name}, only ${mutants.map((each) => each.name).join(', ')}`)
  const source = sourceOf(mutant)
  const url = pathToFileURL(join(root, mutant.file)).href
  registerHooks({
    load: (loaded, context, nextLoad) =>
      loaded === url ? { format: 'module-typescript', source, shortCircuit: true } : nextLoad(loaded, context),
  })
}
