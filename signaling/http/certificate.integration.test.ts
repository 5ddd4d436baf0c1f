import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type Server, type TLSSocket } from 'node:tls'

import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { silentLog } from '../../kit/log.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { followedFile } from '../settingTypes.ts'
import { followCertificate } from './certificate.ts'

const folder = mkdtempSync(join(tmpdir(), 'parley-certificate-'))
const [keyPath, certPath] = [join(folder, 'tls.key'), join(folder, 'tls.crt')]
const clock = virtualClock()
const sockets: TLSSocket[] = []
let server: Server

async function pairFor(name: string): Promise<{ key: string; cert: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], { keyType: 'ec' })
  return { key, cert }
}

/** A new connection. */
async function connected(): Promise<TLSSocket> {
  const { port } = server.address() as AddressInfo
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  sockets.push(socket)
  await once(socket, 'secureConnect')
  return socket
}

/** Whose certificate a new connection is shown. */
const shown = async (): Promise<unknown> => (await connected()).getPeerCertificate().subject.CN

function write({ key, cert }: { key: string; cert: string }): void {
  writeFileSync(keyPath, key)
  writeFileSync(certPath, cert)
}

beforeAll(async () => {
  const first = await pairFor('first')
  write(first)
  server = createServer(first, (socket) => socket.pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const files = { key: followedFile.parse(keyPath), cert: followedFile.parse(certPath) }
  followCertificate(server, { ...files, clock, log: silentLog })
})

afterAll(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
  rmSync(folder, { recursive: true })
})

test('a renewed certificate is shown to who connects then; who is connected stays', async () => {
  const before = await connected()
  expect(before.getPeerCertificate().subject.CN).toBe('first')
  write(await pairFor('second'))
  expect(await shown()).toBe('first')
  await clock.advance(10_000)
  expect(await shown()).toBe('second')
  before.write('still there')
  expect(String((await once(before, 'data'))[0])).toBe('still there')
})

test('a key that does not fit its certificate is not taken, and what fits again is', async () => {
  const third = await pairFor('third')
  writeFileSync(certPath, third.cert)
  await clock.advance(10_000)
  expect(await shown()).toBe('second')
  writeFileSync(keyPath, third.key)
  await clock.advance(10_000)
  expect(await shown()).toBe('third')
  rmSync(keyPath)
  await clock.advance(10_000)
  expect(await shown()).toBe('third')
})
