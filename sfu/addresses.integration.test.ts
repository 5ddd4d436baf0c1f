import { afterAll, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../kit/wait.ts'
import { flows } from './testing/expectations.ts'
import type { LoadLine } from './api/load.ts'
import { startTestNode, type TestNode } from './testing/node.ts'
import { join } from './testing/participant.ts'
import { aMeeting, claimsFor, makeTrust, type Trust } from './testing/trust.ts'

let trust: Trust
let node: TestNode
const lines: LoadLine[] = []
const reading = new AbortController()
let read: Promise<void>

beforeAll(async () => {
  trust = await makeTrust()
  node = await startTestNode(trust, { node: 'a', guessed: true })
  read = (async () => {
    for await (const line of node.client.loadStream(reading.signal)) lines.push(line)
  })()
  await waitFor(() => lines.length > 0 || missing('the hello'), { timeoutMs: 30_000 })
})
afterAll(async () => {
  reading.abort()
  await read
  await node.stop()
})

const unready = async (): Promise<readonly string[]> =>
  ((await (await fetch(`${node.url}/readyz`)).json()) as { missing: readonly string[] }).missing

test('a node is ready once somebody said where clients reach it; new transports name that, in both protocols', async () => {
  expect(await unready()).toEqual(['nobody said yet at which address clients reach it'])
  expect(lines[0]).toMatchObject({ type: 'hello', addresses: ['127.0.0.1'] })
  const addresses = ['192.0.2.1', '2001:db8::1', '127.0.0.1']
  expect(await node.client.putAddresses({ epoch: 1, addresses })).toEqual(addresses)
  expect(await node.client.putAddresses({ epoch: 1, addresses })).toEqual(addresses)
  expect(await unready()).toEqual([])
  await waitFor(() => lines.some(({ type }) => type === 'addresses') || missing('the addresses on the load stream'), {
    timeoutMs: 30_000,
  })
  expect(lines.filter(({ type }) => type === 'addresses')).toEqual([{ type: 'addresses', addresses }])

  const meeting = aMeeting(trust)
  const ann = await join(trust, { node, claims: claimsFor(trust, { meeting, participant: 'ann' }) })
  const { iceCandidates } = await ann.session.request('createTransport', { direction: 'recv' })
  expect(iceCandidates.map(({ address, protocol }) => `${protocol} ${address}`)).toEqual(
    addresses.flatMap((address) => [`udp ${address}`, `tcp ${address}`]),
  )
  const bob = await join(trust, { node, claims: claimsFor(trust, { meeting, participant: 'bob' }) })
  const { trackId } = await bob.publish('microphone')
  await flows(await ann.receive(trackId))
  await bob.leave()

  await node.client.putAddresses({ epoch: 1, addresses: ['127.0.0.1'] })
  const after = await ann.session.request('createTransport', { direction: 'send' })
  expect(new Set(after.iceCandidates.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']))
  await ann.leave()
})

test.each([
  ['0.0.0.0', 'must be one address, not all of them'],
  ['::', 'must be one address, not all of them'],
  ['300.1.1.1', 'must be an IPv4 or IPv6 address or a host name'],
  ['http://media.example.org', 'must be an IPv4 or IPv6 address or a host name'],
  ['[2001:db8::1]', 'must be an IPv4 or IPv6 address or a host name'],
  ['', 'must be an IPv4 or IPv6 address or a host name'],
  ['3f1b2c4d-0000-4000-8000-000000000000.local', 'must not be a name of multicast DNS'],
])('the address %o is refused, by the reason', async (address, reason) => {
  await expect(node.client.putAddresses({ epoch: 1, addresses: ['127.0.0.1', address] })).rejects.toMatchObject({
    code: 'invalid',
    field: 'body.addresses[1]',
    message: expect.stringContaining(reason) as string,
  })
})

test('none, one twice, and an older leader are refused; what was told stays', async () => {
  await node.client.putAddresses({ epoch: 7, addresses: ['media.example.org', '127.0.0.1'] })
  const invalid = { code: 'invalid', field: 'body.addresses' }
  await expect(node.client.putAddresses({ epoch: 7, addresses: [] })).rejects.toMatchObject(invalid)
  await expect(node.client.putAddresses({ epoch: 7, addresses: ['a', 'a'] })).rejects.toMatchObject(invalid)
  await expect(node.client.putAddresses({ epoch: 6, addresses: ['127.0.0.1'] })).rejects.toMatchObject({ code: 'stale_order' })
  await waitFor(
    () => {
      const told = lines.flatMap((line) => (line.type === 'addresses' ? line.addresses : [])).at(-2)
      return told === 'media.example.org' || missing(`media.example.org on the load stream, not ${told}`)
    },
    { timeoutMs: 30_000 },
  )
  expect(lines.findLast(({ type }) => type === 'addresses')).toMatchObject({ addresses: ['media.example.org', '127.0.0.1'] })
})
