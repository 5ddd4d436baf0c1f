/** A benchmark: what it measures, and its result as a table for people. */
export interface Benchmark<Result> {
  readonly what: string
  readonly run: () => Result | Promise<Result>
  readonly table: (result: Result) => string
}

/** A line of a table. */
export const row = (cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(12)).join('')
