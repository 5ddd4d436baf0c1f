import type { CliDeps, Cluster } from '../deps.ts'
import type { PlacementFlags } from '../placementApi.ts'

/** What a check said: fine, wrong with what to do about it, or left out with what would include it. */
export type Finding =
  | { readonly result: 'ok'; readonly words: string }
  | { readonly result: 'failed'; readonly words: string; readonly todo: string }
  | { readonly result: 'skipped'; readonly words: string }

export const ok = (words: string): Finding => ({ result: 'ok', words })
export const failed = (words: string, todo: string): Finding => ({ result: 'failed', words, todo })
export const skipped = (words: string): Finding => ({ result: 'skipped', words })

/** What checks look at. */
export interface Patient {
  readonly deps: CliDeps
  readonly cluster: Cluster
  readonly flags: PlacementFlags
  readonly signalingUrl: string | undefined
}

/** One thing that must hold for meetings to work. */
export interface Check {
  readonly name: string
  /** Names of checks without which this one says nothing new. */
  readonly needs: readonly string[]
  readonly examine: (patient: Patient) => Promise<Finding>
}

/** A check with what it said. */
export type Examined = Finding & { readonly check: string }

/**
 * Runs the checks in order. One whose needs are not fulfilled is left out, so that one cause is one failure; one that throws has failed,
 * in the words of `told`.
 */
export async function examine(
  checks: readonly Check[],
  patient: Patient,
  told: (thrown: unknown) => string,
): Promise<readonly Examined[]> {
  const examined: Examined[] = []
  for (const check of checks) {
    const missing = check.needs.find((need) => !examined.some((each) => each.check === need && each.result === 'ok'))
    const finding =
      missing === undefined
        ? await check.examine(patient).catch((error: unknown) => failed(told(error), 'Mend this first, then run doctor again.'))
        : skipped(`needs "${missing}"`)
    examined.push({ check: check.name, ...finding })
  }
  return examined
}
