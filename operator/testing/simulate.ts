import { History } from './history.ts'
import { live } from './historyRun.ts'
import { Counters } from './faults/counters.ts'

const stepsEach = 40
const [first = 1, count = 100] = process.argv.slice(2).map(Number)
let failed = 0
const all = new Counters()
for (let seed = first; seed < first + count; seed++) {
  process.stderr.write(`${seed} `)
  const history = new History(seed)
  const faults = await live(history, stepsEach)
  all.addAll(history.counters.toJSON())
  if (faults.length === 0) continue
  failed += 1
  process.stdout.write(
    `seed ${seed}:\n${faults
      .slice(0, 6)
      .map((fault) => `  ${fault.slice(0, 300)}\n`)
      .join('')}`,
  )
}
process.stdout.write(`${JSON.stringify(all)}\n${count} histories, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
