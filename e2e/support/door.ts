import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A port of this machine behind which something else answers: browsers give camera and microphone to `http://localhost` only. */
export interface Door {
  readonly url: string
  close(): Promise<void>
}

/** Opens a port on loopback that leads to `host` and `port`. A connection ends when either side ends it. */
export async function openDoor(host: string, port: number): Promise<Door> {
  const sockets = new Set<Socket>()
  const kept = (socket: Socket, other: () => Socket): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      sockets.delete(socket)
      other().destroy()
    })
  }
  const server = createServer((near) => {
    const far = connect(port, host)
    kept(near, () => far)
    kept(far, () => near)
    near.pipe(far).pipe(near)
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
