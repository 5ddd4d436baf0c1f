import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { endingOf } from './ending.ts'
import { defaultSteps } from './options.ts'

/** Histories whose logs are kept: what an operator does there changes only on purpose. */
export const goldenSeeds = [1, 2, 3, 4, 5] as const

const folder = join(import.meta.dirname, 'golden')
const fileOf = (seed: number): string => join(folder, `${seed}.txt`)

/** What happens in the history of a seed: steps, orders, placements and phases, by virtual time and without identifiers. */
export async function goldenLogOf(seed: number): Promise<string> {
  const { log } = await endingOf(seed, { steps: defaultSteps, verbose: true })
  return `${log.join('\n')}\n`
}

/** The log as it was kept. */
export const keptLogOf = (seed: number): string => readFileSync(fileOf(seed), 'utf8')

/** Keeps the logs as they are now. */
export async function writeGoldenLogs(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const seed of goldenSeeds) writeFileSync(fileOf(seed), await goldenLogOf(seed))
}
