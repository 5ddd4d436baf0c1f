import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

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

/** Where free ports are looked for: below Linux's ephemeral ports (32768), so that no outgoing connection takes one meanwhile. */
const searchFrom = 10_000
const searchTo = 32_000
const attempts = 200

function probeTcp(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

function probeUdp(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(true)))
  })
}

/** Probes by binding the port for a moment. */
export const probePort: ProbePort = (port, protocol, host) => (protocol === 'tcp' ? probeTcp(port, host) : probeUdp(port, host))

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
    const first = searchFrom + Math.floor(choice.random() * (searchTo - searchFrom - wish.count))
    if (await isFreeRow(wish, first, { probe: choice.probe, taken })) return first
  }
  throw new Error(`no ${wish.count} free ports in a row for ${wish.name} between ${searchFrom} and ${searchTo}`)
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
