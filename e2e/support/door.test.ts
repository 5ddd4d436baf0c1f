import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'

import { afterEach, expect, test } from 'vitest'

import { openDoor, type Door } from './door.ts'
import { overHttp } from './reach.ts'

const open: (Server | Door)[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

/** A server that answers every connection with its name, and ends it. */
async function place(name: string): Promise<{ host: string; port: number }> {
  const server = createServer((socket) => socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${name}`))
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

test('each connection goes where the door leads then', async () => {
  const places = [await place('first'), await place('second')]
  const door = await openDoor(() => places.shift() ?? Promise.reject(new Error('nothing is there')))
  open.push(door)
  const port = Number(new URL(door.url).port)
  expect(await overHttp('127.0.0.1', port)).toBe('first')
  expect(await overHttp('127.0.0.1', port)).toBe('second')
  await expect(overHttp('127.0.0.1', port)).rejects.toThrow('fetch failed')
})
