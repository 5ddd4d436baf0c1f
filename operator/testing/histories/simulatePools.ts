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

/** Lets an operator die at each call of a pool's life from the `first` to the `last`, before and after it. */
async function dieAtEach(first: number, last: number): Promise<number> {
  const points = (await poolCrashPoints(1)).filter(({ at }) => first <= at && at <= last)
  let failed = 0
  for (const crash of points) {
    const { faults } = await livePoolUntil(crash)
    if (faults.length === 0) continue
    failed += 1
    process.stdout.write(`${crash.how} ${crash.at}:\n${faults.map((fault) => `  ${fault}\n`).join('')}`)
  }
  process.stdout.write(`${points.length} crash points, ${failed} failed\n`)
  return failed
}

if (process.argv[2] === 'crash-points') {
  // node operator/testing/histories/simulatePools.ts crash-points [first call] [last call]
  const [from = 1, to = Infinity] = process.argv.slice(3, 5).map(Number)
  process.exit((await dieAtEach(from, to)) === 0 ? 0 : 1)
}

// node operator/testing/histories/simulatePools.ts [first seed] [how many] [calm]
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
