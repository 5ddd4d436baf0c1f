import { createServer } from 'node:net'

/** Where free ports are looked for: below Linux's ephemeral ports (32768), so that no outgoing connection takes one meanwhile. */
export const portSearch = { from: 10_000, to: 32_000 } as const

const attempts = 200
const host = '127.0.0.1'

/** Whether a TCP port can be bound now, found by binding it for a moment. */
export function isFreeTcp(port: number, address: string = host): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/**
 * TCP ports of loopback that were free a moment ago, for tests whose processes end and come back on the same ones: a port that the kernel
 * hands out (port 0) may be somebody's outgoing connection by then, or that of a client which dials it meanwhile. `random` yields [0, 1).
 */
export async function freePorts(count: number, random: () => number = Math.random): Promise<readonly number[]> {
  const found = new Set<number>()
  for (let attempt = 0; attempt < attempts * count; attempt++) {
    if (found.size === count) return [...found]
    const port = portSearch.from + Math.floor(random() * (portSearch.to - portSearch.from))
    if (!found.has(port) && (await isFreeTcp(port))) found.add(port)
  }
  throw new Error(`no ${count} free ports between ${portSearch.from} and ${portSearch.to}`)
}

/** One of {@link freePorts}. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1)
  return port
}
