import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import type { FiledTally } from './secondTry.ts'
import { placeUnhandled } from './unhandled.ts'
import { nothing, oneFailed, onePassed, sum, type Tally } from './tally.ts'

const nameOf = (module: TestModule, test?: { readonly fullName: string }): string =>
  test === undefined ? module.relativeModuleId : `${module.relativeModuleId} > ${test.fullName}`

/** A file that could not be loaded, or whose hooks failed, fails as one, beside its tests. */
function tallyOf(module: TestModule): Tally {
  const tests = Array.from(module.children.allTests(), (test): Tally => {
    const result = test.result()
    const name = nameOf(module, test)
    if (result.state === 'passed') return onePassed
    if (result.state === 'failed') return oneFailed(name)
    return { ...nothing, skipped: [{ name, reason: result.state === 'skipped' ? result.note : 'it never ran' }] }
  })
  const broken = module.errors().length > 0 ? [oneFailed(nameOf(module))] : []
  return sum([...tests, ...broken])
}

/** Writes the tally of a vitest run, by file and in all, with the reasons of what was skipped, to the file in PARLEY_TALLY_FILE. */
class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env['PARLEY_TALLY_FILE']
    if (file === undefined) return
    const files = modules.map(({ moduleId, relativeModuleId }) => ({ path: moduleId, name: relativeModuleId }))
    const late = unhandled.map((error) => placeUnhandled(error, files))
    const failedIn = (name: string | undefined): readonly Tally[] =>
      late.filter((each) => each.file === name).map(({ words }) => oneFailed(`${name ?? 'unhandled error'}: ${words}`))
    const byFile = Object.fromEntries(
      modules.map((module) => [module.relativeModuleId, sum([tallyOf(module), ...failedIn(module.relativeModuleId)])]),
    )
    const run: FiledTally = { ...sum([...Object.values(byFile), ...failedIn(undefined)]), byFile }
    writeFileSync(file, JSON.stringify(run))
  }
}

// vitest asks for a default export.
export default TallyReporter
