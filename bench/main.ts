import { cpus } from 'node:os'

import { benchPlacement, type PlacementResult } from './placement.ts'

/** A benchmark by its name: what it measures, and its result as a table for people. */
interface Benchmark<Result> {
  readonly what: string
  readonly run: () => Result
  readonly table: (result: Result) => string
}

const placement: Benchmark<PlacementResult> = {
  what: 'decisions of the placement at 100, 1,000 and 10,000 media nodes',
  run: () => benchPlacement({ rounds: 3, warmUp: 20_000, measured: 50_000 }),
  table: ({ runs, ratio }) =>
    [
      ' nodes  decisions/s   mean us    p50 us    p99 us',
      ...runs.map(({ nodes, decisionsPerSecond, meanMicroseconds, p50Microseconds, p99Microseconds }) =>
        [
          String(nodes).padStart(6),
          String(decisionsPerSecond).padStart(13),
          ...[meanMicroseconds, p50Microseconds, p99Microseconds].map((time) => time.toFixed(2).padStart(10)),
        ].join(''),
      ),
      `t(10,000) / t(1,000) = ${ratio}`,
    ].join('\n'),
}

const benchmarks = { placement } as const

const [name = '', ...flags] = process.argv.slice(2)
const benchmark = name in benchmarks ? benchmarks[name as keyof typeof benchmarks] : undefined
const unknown = flags.filter((flag) => flag !== '--json')
if (benchmark === undefined || unknown.length > 0) {
  const known = Object.entries(benchmarks).map(([each, { what }]) => `  ${each}  ${what}`)
  process.stderr.write(`usage: npm run bench -- NAME [--json]\n${known.join('\n')}\n`)
  process.exit(2)
}
const result = benchmark.run()
const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length }
process.stdout.write(flags.includes('--json') ? `${JSON.stringify({ ...result, machine })}\n` : `${benchmark.table(result)}\n`)
