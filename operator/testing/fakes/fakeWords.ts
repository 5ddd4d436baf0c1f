import type { NodeCapacity, NodeLoad } from '../../../sfu/api/load.ts'
import type { Probe } from '../../../sfu/api/probe.ts'

/** What a media node of a test carries that says nothing else. */
export const usualCapacity: NodeCapacity = {
  consumersPerWorker: 500,
  egressBitsPerSecond: 1e9,
  ingressBitsPerSecond: 1e9,
  pipePorts: 100,
}

/** The load of a node of which only the CPU of each worker and its people are told. */
export function fakeLoad(of: {
  readonly atMs: number
  readonly cpu: readonly number[]
  readonly participants: number
}): NodeLoad {
  const { atMs, participants } = of
  const workers = of.cpu.map((cpu) => ({ routers: 0, transports: 0, producers: 0, consumers: 0, cpu }))
  return { atMs, workers, egressBitsPerSecond: 0, ingressBitsPerSecond: 0, pipes: 0, pipePorts: 0, participants }
}

/** An ICE end for each worker, at the addresses that clients are told. */
export function fakeProbes(node: string, addresses: readonly string[], workers: number): readonly Probe[] {
  return Array.from({ length: workers }, (_, worker) => ({
    worker,
    usernameFragment: node,
    password: 'password',
    targets: addresses.flatMap((address) =>
      (['udp', 'tcp'] as const).map((protocol) => ({ protocol, address, port: 40_000 + worker })),
    ),
  }))
}
