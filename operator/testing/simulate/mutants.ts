/** A fault that is put into the code, to prove that the simulation would find it. */
export interface Mutant {
  readonly name: string
  /** What it breaks, for people. */
  readonly what: string
  /** From the repository's root. */
  readonly file: string
  /** Stands exactly once in the file. */
  readonly from: string
  readonly to: string
}

export const mutants: readonly Mutant[] = []
