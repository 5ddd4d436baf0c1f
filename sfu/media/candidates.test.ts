import { expect, test } from 'vitest'

import { candidatesAt } from './candidates.ts'

const udp = { foundation: 'udpcandidate', priority: 1_076_302_079, protocol: 'udp', port: 40_000, type: 'host' } as const
const tcp = {
  foundation: 'tcpcandidate',
  priority: 1_076_276_479,
  protocol: 'tcp',
  port: 40_000,
  type: 'host',
  tcpType: 'passive',
} as const
const own = { ip: '10.0.0.1', address: '10.0.0.1' }

test('each address has a candidate of each protocol, none names the own one, the first is preferred', () => {
  const candidates = candidatesAt(
    [
      { ...udp, ...own },
      { ...tcp, ...own },
    ],
    ['203.0.113.7', '2001:db8::7'],
  )
  expect(candidates.map(({ address, ip, protocol, port }) => [address, ip, protocol, port])).toEqual([
    ['203.0.113.7', '203.0.113.7', 'udp', 40_000],
    ['203.0.113.7', '203.0.113.7', 'tcp', 40_000],
    ['2001:db8::7', '2001:db8::7', 'udp', 40_000],
    ['2001:db8::7', '2001:db8::7', 'tcp', 40_000],
  ])
  expect(new Set(candidates.map(({ foundation }) => foundation)).size).toBe(4)
  expect(new Set(candidates.map(({ priority }) => priority)).size).toBe(4)
  expect(candidates[2]?.priority).toBeLessThan(candidates[0]?.priority ?? 0)
})

test('udp at any address goes before tcp at the first', () => {
  const addresses = Array.from({ length: 8 }, (_, index) => `203.0.113.${index}`)
  const candidates = candidatesAt(
    [
      { ...udp, ...own },
      { ...tcp, ...own },
    ],
    addresses,
  )
  const of = (protocol: string) => candidates.filter((each) => each.protocol === protocol).map(({ priority }) => priority)
  expect(Math.min(...of('udp'))).toBeGreaterThan(Math.max(...of('tcp')))
})
