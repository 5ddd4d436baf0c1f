import { expect, test } from 'vitest'

import { makeKeyPair, signingKeyOf, trustedKeysOf } from '../../kit/keys.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { verifyPeerToken } from '../../sfu/api/grant.ts'
import { peerTokenLifetimeMs } from '../../sfu/api/tokens.ts'
import { createSigner } from './signer.ts'

const meeting = { namespace: 'demo', name: 'standup', incarnation: '01KB00000000000000000000Z0' }
const edge = { from: 'eu-1', to: 'eu-2', meeting }
const hourMs = 60 * 60_000

async function aSigner() {
  const clock = virtualClock()
  const { privateJwk, publicJwk } = await makeKeyPair('op', 'operator')
  const keys = await trustedKeysOf({ keys: [publicJwk] })
  return { clock, keys, signer: createSigner(await signingKeyOf(privateJwk), clock) }
}

test('an edge gets the same token again for an hour, then one that lives longer', async () => {
  const { signer, clock, keys } = await aSigner()
  const first = await signer.peerToken(edge)
  await clock.advance(hourMs - 1)
  expect(await signer.peerToken(edge)).toBe(first)
  await clock.advance(1)
  const second = await signer.peerToken(edge)
  expect(second).not.toBe(first)
  const atTheEnd = { node: 'eu-2', nowMs: clock.nowMs() + peerTokenLifetimeMs - 1_000 }
  expect(await verifyPeerToken(keys, second, atTheEnd)).toEqual({ sub: 'eu-1', meeting })
  await expect(verifyPeerToken(keys, first, atTheEnd)).rejects.toMatchObject({ code: 'unauthorized' })
})

test('each edge, direction, meeting and incarnation has a token of its own', async () => {
  const { signer, clock, keys } = await aSigner()
  const edges = [
    edge,
    { ...edge, from: 'eu-2', to: 'eu-1' },
    { ...edge, to: 'eu-3' },
    { ...edge, meeting: { ...meeting, name: 'other' } },
    { ...edge, meeting: { ...meeting, incarnation: '01KB00000000000000000000Z1' } },
  ]
  const tokens = await Promise.all([...edges, ...edges].map((each) => signer.peerToken(each)))
  expect(new Set(tokens).size).toBe(edges.length)
  for (const [index, each] of edges.entries()) {
    const claims = await verifyPeerToken(keys, tokens[index] ?? '', { node: each.to, nowMs: clock.nowMs() })
    expect(claims).toEqual({ sub: each.from, meeting: each.meeting })
  }
})
