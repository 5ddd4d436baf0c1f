import { quietWrites } from '../world/aCluster.ts'
import { livePoolUntil, poolCrashPoints } from './poolCrashPoints.ts'
import { PoolHistory, poolFaultsOf } from './poolHistory.ts'
import { StormyPools } from './stormyPools.ts'

const stepsEach = 40
const quietMs = 120_000

/** Lives one history; what is wrong with it. */
async function live(history: PoolHistory): Promise<readonly string[]> {
  await history.run(stepsEach)
  await history.heal()
  const faults = poolFaultsOf(history)
  const written = await quietWrites(history.simulation, quietMs)
  await history.killOperators()
  return [...history.broken(), ...faults, ...written.map((write) => `written after all had settled: ${write}`)]
}

/** Lets an operator die at each call of a pool's life. */
async function dieEverywhere(): Promise<number> {
  let failed = 0
  for (const crash of await poolCrashPoints(1)) {
    const { faults } = await livePoolUntil(crash)
    if (faults.length === 0) continue
    failed += 1
    process.stdout.write(`${crash.how} ${crash.at}:\n${faults.map((fault) => `  ${fault}\n`).join('')}`)
  }
  process.stdout.write(`${failed} crash points failed\n`)
  return failed
}

if (process.argv[2] === 'crash-points') process.exit((await dieEverywhere()) === 0 ? 0 : 1)

// node operator/testing/histories/simulatePools.ts [first seed] [how many] [calm], or crash-points
const [first = 1, count = 100] = process.argv.slice(2, 4).map(Number)
const calm = process.argv[4] === 'calm'
let failed = 0
for (let seed = first; seed < first + count; seed++) {
  const history = calm ? new PoolHistory(seed) : new StormyPools(seed)
  const faults = await live(history)
  if (faults.length === 0) continue
  failed += 1
  process.stdout.write(`seed ${seed}:\n${faults.map((fault) => `  ${fault}\n`).join('')}`)
}
process.stdout.write(`${count} histories, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
