import { row, type Benchmark } from './benchmark.ts'
import { benchReconcile, changeNames, type ReconcileResult } from './reconcile.ts'

/** What one change costs the operator, whatever else there is. */
export const reconcile: Benchmark<ReconcileResult> = {
  what: 'plans after one change at 1,000, 3,000 and 10,000 meetings, and memory a meeting and a media node',
  run: () => benchReconcile({ sizes: [1_000, 3_000, 10_000], rounds: 2_000 }),
  table: ({ runs, slopes, podPoolSlope }) =>
    [
      row(['meetings', 'media nodes', ...changeNames.map((name) => `${name} us`), 'pod pool us', 'bytes/node', 'bytes/mtg']),
      ...runs.map(({ meetings, mediaNodes, microseconds, podPoolMicroseconds, bytesPerNode, bytesPerMeeting }) =>
        row([
          meetings,
          mediaNodes,
          ...changeNames.map((name) => microseconds[name]),
          podPoolMicroseconds,
          bytesPerNode,
          bytesPerMeeting,
        ]),
      ),
      row(['slope', '', ...changeNames.map((name) => slopes[name]), podPoolSlope]),
      row(['plans', '', ...changeNames.map((name) => runs.at(-1)?.plans[name] ?? 0)]),
    ].join('\n'),
}
