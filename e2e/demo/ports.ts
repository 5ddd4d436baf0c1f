import { createSocket } from 'node:dgram'

import { isFreeTcp, portSearch } from '../../kit/freePorts.ts'

/** One port, or a row of them, that a process of the demo listens on. */
export interface PortWish {
  /** What the ports are for, for the person who reads that they had to move. */
  readonly name: string
  readonly usual: number
  /** How many in a row. */
  readonly count: number
  readonly protocols: readonly ('tcp' | 'udp')[]
  readonly host: string
}

/** Whether a port can be bound now. */
export type ProbePort = (port: number, protocol: 'tcp' | 'udp', host: string) => Promise<boolean>

const attempts = 200

function probeUdp(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(true)))
  })
}

/** Probes by binding the port for a moment. */
export const probePort: ProbePort = (port, protocol, host) => (protocol === 'tcp' ? isFreeTcp(port, host) : probeUdp(port, host))

/** Options of {@link choosePorts}. `random` yields [0, 1). */
export interface PortChoice {
  readonly preferUsual: boolean
  readonly probe: ProbePort
  readonly random: () => number
}

/**
 * The first port for each wish, by its name: the usual one where it and its row are free, else some free row. No two rows overlap.
 * Rejects when the machine has no room for one.
 */
export async function choosePorts(wishes: readonly PortWish[], choice: PortChoice): Promise<ReadonlyMap<string, number>> {
  const chosen = new Map<string, number>()
  const taken = new Set<number>()
  for (const wish of wishes) {
    const first = await chooseOne(wish, choice, taken)
    chosen.set(wish.name, first)
    for (let port = first; port < first + wish.count; port++) taken.add(port)
  }
  return chosen
}

async function chooseOne(wish: PortWish, choice: PortChoice, taken: ReadonlySet<number>): Promise<number> {
  if (choice.preferUsual && (await isFreeRow(wish, wish.usual, { probe: choice.probe, taken }))) return wish.usual
  for (let attempt = 0; attempt < attempts; attempt++) {
    const first = portSearch.from + Math.floor(choice.random() * (portSearch.to - portSearch.from - wish.count))
    if (await isFreeRow(wish, first, { probe: choice.probe, taken })) return first
  }
  throw new Error(`no ${wish.count} free ports in a row for ${wish.name} between ${portSearch.from} and ${portSearch.to}`)
}

async function isFreeRow(
  wish: PortWish,
  first: number,
  { probe, taken }: { probe: ProbePort; taken: ReadonlySet<number> },
): Promise<boolean> {
  for (let port = first; port < first + wish.count; port++) {
    if (taken.has(port)) return false
    for (const protocol of wish.protocols) if (!(await probe(port, protocol, wish.host))) return false
  }
  return true
}
