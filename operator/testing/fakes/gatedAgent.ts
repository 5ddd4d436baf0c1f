import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** The door of an agent that is about to start: whoever comes is sent away until it is opened. */
export interface GatedAgent {
  readonly url: string
  open(): void
  close(): Promise<void>
}

/** Puts a door before the agent at `url`, on a free port of the loopback. */
export async function gatedAgent(url: string): Promise<GatedAgent> {
  const port = Number(new URL(url).port)
  const sockets = new Set<Socket>()
  let isOpen = false
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    if (!isOpen) return void socket.destroy()
    const behind = connect(port, '127.0.0.1')
    behind.on('error', () => socket.destroy())
    for (const each of [socket, behind]) each.once('close', () => sockets.delete(each))
    sockets.add(socket).add(behind)
    socket.pipe(behind).pipe(socket)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => void (isOpen = true),
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}
