import { nothing, sum, type Tally } from './tally.ts'

/** A run of a layer, with what each of its files came to; unhandled errors and faults of the run stand in no file. */
export interface FiledTally extends Tally {
  readonly byFile?: Readonly<Record<string, Tally>>
}

/** More files than these are no bad moment of the machine. */
const mostFiles = 2

const failing = (byFile: Readonly<Record<string, Tally>>): readonly string[] =>
  Object.keys(byFile).filter((file) => (byFile[file]?.failed.length ?? 0) > 0)

/** The files that are worth a second try: all that failed, where these are few and nothing failed outside of them. */
export function filesToTryAgain({ failed, byFile = {} }: FiledTally): readonly string[] {
  const files = failing(byFile)
  const inFiles = sum(files.map((file) => byFile[file] ?? nothing)).failed.length
  return inFiles === failed.length && files.length <= mostFiles ? files : []
}

/** What a second try has to be: something passed, nothing failed, and it skipped no more than the first. */
const isBetter = (second: Tally, first: Tally): boolean =>
  second.passed > 0 && second.failed.length === 0 && second.skipped.length <= first.skipped.length

/**
 * The tally of a layer after a second run of those files. A file that is good now counts as it ended now, and what had failed in it is named;
 * one that is not stays failed as it was. A fault of the second run itself (what it left running, an unhandled error) is a failure.
 */
export function afterSecondTry(first: FiledTally, second: FiledTally): Tally {
  const { byFile = {} } = first
  const secondByFile = second.byFile ?? {}
  const tries = Object.entries(byFile).map(([file, tally]): Tally => {
    const again = secondByFile[file]
    if (tally.failed.length === 0 || again === undefined || !isBetter(again, tally)) return tally
    return { ...again, secondTry: tally.failed }
  })
  const inFiles = new Set(Object.values(secondByFile).flatMap(({ failed }) => failed))
  const faults = second.failed.filter((name) => !inFiles.has(name))
  return sum([...tries, { ...nothing, failed: faults }])
}
