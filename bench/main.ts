import { cpus } from 'node:os'

import { benchPlacement, type PlacementResult } from './placement.ts'

/** A benchmark by its name: what it measures, and its result as a table for people. */
interface Benchmark<Result> {
  readonly what: string
  readonly run: () => Result
  readonly table: (result: Result) => string
}

const row = (cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(12)).join('')

const placement: Benchmark<PlacementResult> = {
  what: 'decisions of the placement at 100, 1,000 and 10,000 media nodes',
  run: () => benchPlacement({ rounds: 5, warmUp: 20_000, measured: 50_000 }),
  table: ({ runs, ratio, ratioOfP50, p99OfRounds, memory, peers }) =>
    [
      row(['nodes', 'decisions/s', 'mean us', 'p50 us', 'p90 us', 'p99 us', 'empty p99']),
      ...runs.map(({ nodes, decisionsPerSecond, microseconds, emptyMicroseconds }) =>
        row([
          nodes,
          decisionsPerSecond,
          ...[microseconds.mean, microseconds.p50, microseconds.p90, microseconds.p99, emptyMicroseconds.p99],
        ]),
      ),
      `t(10,000) / t(1,000) = ${ratio} by mean, ${ratioOfP50} by p50; p99 at 10,000 in each round: ${p99OfRounds.join(', ')} us`,
      `memory at ${memory.nodes} nodes, ${memory.meetings} meetings, ${memory.seats} seats: ` +
        `${memory.bytesPerNode} bytes a node, ${memory.bytesPerMeeting} bytes a meeting with its seats`,
      ...peers.map(
        ({ nodes, microseconds: { livekit, jicofo }, timesAsFast }) =>
          `p50 of the peers at ${nodes} nodes: LiveKit's choice ${livekit.p50} us (${timesAsFast.livekit} times ours), ` +
          `Jicofo's ${jicofo.p50} us (${timesAsFast.jicofo} times)`,
      ),
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
