import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterEach, expect, test } from 'vitest'

import { systemClock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import { problemOf } from '../../kit/problem.ts'
import { createNodeClient } from '../../sfu/api/nodeClient.ts'
import { whyUnanswered } from './whyUnanswered.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** Somebody at an address who answers every request so. */
async function answering(status: number, body: unknown): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end(JSON.stringify(body)))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What a try to hear the agent at the address ends with. */
async function tried(url: string): Promise<string | undefined> {
  const client = createNodeClient({ url, bearer: () => Promise.resolve('token'), clock: systemClock })
  try {
    for await (const line of client.loadStream(AbortSignal.timeout(20_000))) throw new Error(`heard ${line.type}`)
  } catch (thrown) {
    return whyUnanswered(thrown)
  }
  return 'ended'
}

test('what answers and is no media node, or another one, is told apart', async () => {
  expect(await tried(`http://${await answering(404, { kind: 'Status' })}`)).toBe(
    'what answers at its address is no media node (HTTP status 404)',
  )
  const unauthorized = problemOf(commonErrors.raise.unauthorized({ why: 'the token is meant for something else' }))
  expect(await tried(`http://${await answering(401, unauthorized)}`)).toBe(
    'the agent at its address takes no order for this node: it is another one, or trusts other keys',
  )
  expect(await tried(`https://${await answering(200, {})}`)).toBe('what answers at its address does not speak TLS')
})

test.each([
  ['ENOTFOUND', 'there is no host of the name in its address'],
  ['UND_ERR_CONNECT_TIMEOUT', 'its address does not answer'],
  ['CERT_HAS_EXPIRED', 'the certificate at its address has expired'],
])('a try that ends with %s is told in words', (code, words) => {
  const cause = Object.assign(new Error('x'), { code })
  expect(whyUnanswered(commonErrors.raise.unavailable({ what: 'The media node' }, { cause }))).toBe(words)
})

test('a node that is busy, and a fault that nobody knows, are given no reason', () => {
  expect(whyUnanswered(commonErrors.raise.unavailable({ what: 'The load stream' }))).toBeUndefined()
  expect(whyUnanswered(new Error('constructor'))).toBeUndefined()
  expect(whyUnanswered(Object.assign(new Error('x'), { code: 'toString' }))).toBeUndefined()
})
