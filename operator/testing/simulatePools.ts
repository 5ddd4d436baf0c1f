import { quietWrites } from './aCluster.ts'
import { PoolHistory, poolFaultsOf } from './poolHistory.ts'

const stepsEach = 40
const quietMs = 120_000

/** Lives one history; what is wrong at its end. */
async function live(seed: number): Promise<readonly string[]> {
  const history = new PoolHistory(seed)
  await history.run(stepsEach)
  await history.heal()
  const faults = poolFaultsOf(history)
  const written = await quietWrites(history.simulation, quietMs)
  await history.killOperators()
  return [...faults, ...written.map((write) => `written after all had settled: ${write}`)]
}

// node operator/testing/simulatePools.ts [first seed] [how many]
const [first = 1, count = 100] = process.argv.slice(2).map(Number)
let failed = 0
for (let seed = first; seed < first + count; seed++) {
  const faults = await live(seed)
  if (faults.length === 0) continue
  failed += 1
  process.stdout.write(`seed ${seed}:\n${faults.map((fault) => `  ${fault}\n`).join('')}`)
}
process.stdout.write(`${count} histories, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
