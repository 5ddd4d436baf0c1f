import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A TCP proxy between two nodes, which a test can cut: the network's part in an edge. */
export interface Proxy {
  readonly url: string
  /** Ends all connections; new ones are let through. */
  cut(): void
  /** Ends all connections and refuses new ones until {@link mend}. */
  block(): void
  mend(): void
  close(): void
}

/** Starts a proxy to `target`, an HTTP URL on this machine. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let blocked = false
  const server = createServer((inbound) => {
    if (blocked) {
      inbound.destroy()
      return
    }
    const outbound = connect(Number(port), hostname)
    for (const [socket, other] of [
      [inbound, outbound],
      [outbound, inbound],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
      socket.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    block() {
      blocked = true
      cut()
    },
    mend: () => void (blocked = false),
    close() {
      cut()
      server.close()
    },
  }
}
