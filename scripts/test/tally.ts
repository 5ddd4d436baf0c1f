/** What a layer of tests came to. */
export interface Tally {
  readonly passed: number
  /** What failed, one line each. */
  readonly failed: readonly string[]
  readonly skipped: readonly Skip[]
  /** What failed first and passed at the second try, by name; it is counted in `passed`. */
  readonly secondTry: readonly string[]
}

export interface Skip {
  readonly name: string
  /** Why, where the test said so. */
  readonly reason: string | undefined
}

export const nothing: Tally = { passed: 0, failed: [], skipped: [], secondTry: [] }

export const onePassed: Tally = { ...nothing, passed: 1 }

export const oneFailed = (why: string): Tally => ({ ...nothing, failed: [why] })

export const oneSkipped = (name: string, reason: string): Tally => ({ ...nothing, skipped: [{ name, reason }] })

export const sum = (tallies: readonly Tally[]): Tally => ({
  passed: tallies.reduce((total, each) => total + each.passed, 0),
  failed: tallies.flatMap((each) => each.failed),
  skipped: tallies.flatMap((each) => each.skipped),
  secondTry: tallies.flatMap((each) => each.secondTry),
})

/** The closing line of a run. */
export const closingLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`

/**
 * Whether a run is good: something ran, nothing failed, and, where everything has to run (CI), nothing was skipped.
 */
export const isGood = ({ passed, failed, skipped }: Tally, mustRunAll: boolean): boolean =>
  passed > 0 && failed.length === 0 && (skipped.length === 0 || !mustRunAll)
