import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A port of this machine behind which something else answers: browsers give camera and microphone to `http://localhost` only. */
export interface Door {
  readonly url: string
  close(): Promise<void>
}

/** Where a door leads to. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** Opens a port on loopback; each connection leads to where `find` says then, and ends when either side ends it. */
export async function openDoor(find: () => Place | Promise<Place>): Promise<Door> {
  const sockets = new Set<Socket>()
  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  }
  async function join(near: Socket): Promise<void> {
    const { host, port } = await find()
    const far = connect(port, host)
    keep(far)
    near.once('close', () => far.destroy())
    far.once('close', () => near.destroy())
    near.pipe(far).pipe(near)
  }
  const server = createServer((near) => {
    keep(near)
    void join(near).catch(() => near.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
