import type { Benchmark } from './benchmark.ts'
import { benchWrites, type WritesResult } from './writes.ts'

/** What the joins of an hour cost the API server. Takes some minutes. */
export const writes: Benchmark<WritesResult> = {
  what: 'requests to the API server for 1,000 meetings of 100 joins each, by a clock of its own, and what others write for the same',
  run: () =>
    benchWrites({
      ...{ meetings: 1_000, joinsAMeeting: 100, mediaNodes: 50 },
      ...{ joinSeconds: 300, staySeconds: 600, leaveSeconds: 300, restSeconds: 900, idleSeconds: 600 },
    }),
  table: ({ joins, requests, writesPerJoin, idle, peers }) =>
    [
      `${joins} joins: ${requests.writes} writes (${writesPerJoin} a join), ${requests.reads} reads`,
      ...Object.entries(requests.byVerb).map(([verb, times]) => `  ${String(times).padStart(7)}  ${verb}`),
      `busiest second ${requests.busiest.second} writes, busiest minute ${requests.busiest.minute}`,
      `idle for ${idle.seconds} s: ${idle.writes} writes, ${idle.reads} reads, ${idle.leaseWrites} renewals of the Lease`,
      ...peers.map(
        (peer) =>
          `${peer.name}: ${peer.writes} writes (${peer.writesPerJoin} a join), busiest second ${peer.busiest.second}, ` +
          `busiest minute ${peer.busiest.minute}`,
      ),
    ].join('\n'),
}
