import { cpus } from 'node:os'

import type { LoadResult } from './allocator/generator.ts'
import { benchAllocator, type AllocatorResult } from './allocator.ts'
import { row, type Benchmark } from './benchmark.ts'
import type { ClusterResult } from './cluster.ts'
import { benchPlacement, type PlacementResult } from './placement.ts'
import { reconcile } from './reconcileBenchmark.ts'
import { benchSustained, type SustainedResult } from './sustained.ts'
import { writes } from './writesBenchmark.ts'

const placement: Benchmark<PlacementResult> = {
  what: 'decisions of the placement at 100, 1,000 and 10,000 media nodes',
  run: () => benchPlacement({ rounds: 5, warmUp: 20_000, measured: 50_000 }),
  table: ({ runs, ratios, p99OfRounds, memory, peers }) =>
    [
      row(['nodes', 'decisions/s', 'mean us', 'p50 us', 'p90 us', 'p99 us', 'empty p99', 'CPU us', 'made up us']),
      ...runs.map(({ nodes, decisionsPerSecond, microseconds: { mean, p50, p90, p99 }, ...run }) =>
        row([
          ...[nodes, decisionsPerSecond, mean, p50, p90, p99],
          ...[run.emptyMicroseconds.p99, run.cpuMicroseconds, run.generatorCpuMicroseconds],
        ]),
      ),
      ...Object.entries(ratios).map(
        ([by, { median, ofLeast, ofRounds }]) =>
          `t(10,000) / t(1,000) by ${by}: ${median} (${ofRounds.join(', ')}), of the least of each ${ofLeast}`,
      ),
      `p99 at 10,000 in each round: ${p99OfRounds.join(', ')} us`,
      `memory at ${memory.nodes} nodes, ${memory.meetings} meetings, ${memory.seats} seats: ` +
        `${memory.bytesPerNode} bytes a node, ${memory.bytesPerMeeting} bytes a meeting with its seats`,
      ...peers.map(
        ({ nodes, microseconds: { livekit, jicofo }, timesAsFast }) =>
          `p50 of the peers at ${nodes} nodes: LiveKit's choice ${livekit.p50} us (${timesAsFast.livekit} times ours), ` +
          `Jicofo's ${jicofo.p50} us (${timesAsFast.jicofo} times)`,
      ),
    ].join('\n'),
}

const loadRow = (name: string, { perSecond, p50Ms, p90Ms, p99Ms, maxMs, kinds }: LoadResult): string =>
  `${name.padEnd(24)}${row([perSecond, p50Ms, p90Ms, p99Ms, maxMs])}  ${JSON.stringify(kinds)}`

const allocator: Benchmark<AllocatorResult> = {
  what: 'the placement API over HTTP: three operators, the load from another process',
  run: benchAllocator,
  table: ({ replicas, bare, throughput, leaderOnly, steady, cpuSecondsPerThousand }) =>
    [
      `${''.padEnd(24)}${row(['placed/s', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms'])}`,
      loadRow('bare server', bare),
      loadRow(`${replicas} replicas`, throughput),
      loadRow('the leader alone', leaderOnly),
      loadRow('1,000 a second', steady),
      `processor seconds a thousand placements: ${cpuSecondsPerThousand.join(', ')} (the leader first)`,
    ].join('\n'),
}

const cluster: Benchmark<ClusterResult> = {
  what: 'an installation on three nodes: until the first join, until a media node more, and what it costs when nobody uses it',
  // The installation's client library is loaded only where it is used.
  run: async () => (await import('./cluster.ts')).benchCluster(),
  table: ({ installToFirstJoinMs, scaleToReadyMs, emptyPodMs, idle: { seconds, components, requestsAMinute } }) =>
    [
      `helm install to the first join: ${installToFirstJoinMs} ms`,
      `kubectl scale to a Ready media node: ${scaleToReadyMs} ms; kubectl run to a Ready Pod that does nothing: ${emptyPodMs} ms`,
      `idle for ${seconds} s:`,
      row(['component', 'pods', 'MiB', 'millicores']),
      ...components.map(({ component, pods, memoryMiB, cpuMillicores }) => row([component, pods, memoryMiB, cpuMillicores])),
      `requests to the API server a minute: ${requestsAMinute.leaseWrites} writes of leases, ${requestsAMinute.otherWrites} other writes, ` +
        `${requestsAMinute.reads} reads`,
    ].join('\n'),
}

const sustained: Benchmark<SustainedResult> = {
  what: 'the placement API at 4,000 placements a second for three minutes: whether memory and times stay as they are',
  run: () => benchSustained({ perSecond: 4_000, settleMs: 80_000, windows: 3, windowMs: 60_000 }),
  table: ({ windows, heapMegabytes }) =>
    [
      `${''.padEnd(24)}${row(['placed/s', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms'])}`,
      ...windows.map((each, index) => loadRow(`window ${index + 1}, ${each.seconds} s`, each)),
      ...windows.map(
        (each, index) => `processor seconds a thousand placements, window ${index + 1}: ${each.cpuSecondsPerThousand.join(', ')}`,
      ),
      ...heapMegabytes.map(
        (each, index) => `heap after a collection, ${index === 0 ? 'before' : `after window ${index}`}: ${each.join(', ')} MB`,
      ),
    ].join('\n'),
}

const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length }

/** A benchmark whose result is text: for people, or as JSON. */
function told<Result extends object>({
  what,
  run,
  table,
}: Benchmark<Result>): { what: string; text: (json: boolean) => Promise<string> } {
  return {
    what,
    async text(json) {
      const result = await run()
      return json ? JSON.stringify({ ...result, machine }) : table(result)
    },
  }
}

const benchmarks = new Map([
  ['placement', told(placement)],
  ['allocator', told(allocator)],
  ['sustained', told(sustained)],
  ['cluster', told(cluster)],
  ['writes', told(writes)],
  ['reconcile', told(reconcile)],
])

const [name = '', ...flags] = process.argv.slice(2)
const benchmark = benchmarks.get(name)
if (benchmark === undefined || flags.some((flag) => flag !== '--json')) {
  const known = [...benchmarks].map(([each, { what }]) => `  ${each}  ${what}`)
  process.stderr.write(`usage: npm run bench -- NAME [--json]\n${known.join('\n')}\n`)
  process.exit(2)
}
process.stdout.write(`${await benchmark.text(flags.includes('--json'))}\n`)
