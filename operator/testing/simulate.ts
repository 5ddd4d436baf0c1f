import { History } from './history.ts'
import { faultsOf, stillness } from './invariants.ts'

/** How one history ended. */
interface Ending {
  readonly seed: number
  readonly faults: readonly string[]
}

const stepsEach = 60
/** Meetings that everybody left end after 300 s, and counts are told within the minute after. */
const untilEmptyOnesEndedMs = 390_000

async function live(seed: number): Promise<Ending> {
  const history = new History(seed)
  await history.run(stepsEach)
  await history.heal()
  const { simulation } = history
  const faults = [...history.broken, ...faultsOf(simulation)]
  await simulation.pass(untilEmptyOnesEndedMs)
  const settled = JSON.stringify(stillness(simulation))
  await simulation.pass(30_000)
  const moved = JSON.stringify(stillness(simulation)) !== settled
  for (const operator of simulation.operators.values()) await operator.kill()
  return { seed, faults: moved ? [...faults, 'something moved after all had settled'] : faults }
}

const [first = 1, count = 100] = process.argv.slice(2).map(Number)
let failed = 0
for (let seed = first; seed < first + count; seed++) {
  const { faults } = await live(seed)
  if (faults.length === 0) continue
  failed += 1
  process.stdout.write(`seed ${seed}:\n${faults.map((fault) => `  ${fault}\n`).join('')}`)
}
process.stdout.write(`${count} histories, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
