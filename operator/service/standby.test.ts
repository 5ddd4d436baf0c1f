import { afterEach, expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { silentLog } from '../../kit/log.ts'
import { createMetrics } from '../../kit/metrics.ts'
import type { Holder } from '../kube/leaderTypes.ts'
import { Ledger } from '../ledger/ledger.ts'
import { operatorMetrics } from '../metrics.ts'
import { createChanges } from '../watch/changes.ts'
import { createForwarder } from './forward.ts'
import { createPlacementServer } from './placementServer.ts'
import { createBearers } from './tokens.ts'
import { createTopologyFeed } from './topologyFeed.ts'

const token = 'a-token-for-the-test'
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A replica whose placements say who answered. */
async function aReplica(name: string, role: { leads: boolean; holder?: () => Holder | undefined; isWarm?: boolean }) {
  const clock = virtualClock()
  const metrics = createMetrics(operatorMetrics)
  const changes = createChanges()
  const forwarder = createForwarder({ holder: role.holder ?? (() => undefined), identity: name, metrics })
  const server = createPlacementServer({
    bearers: createBearers([{ name: 'test', token, namespaces: ['demo'], verbs: ['place', 'release', 'topology'] }]),
    placer: {
      place: async () => ({ result: 'refused', code: 'meeting_ended', reason: `answered by ${name}` }),
      release: () => undefined,
    },
    mover: { move: async () => ({ result: 'refused', code: 'meeting_ended', reason: `answered by ${name}` }) },
    explain: () => undefined,
    snapshot: () => undefined,
    feed: createTopologyFeed({ ledger: new Ledger(changes.events), changes, clock, turnUrls: [], epoch: () => 1 }),
    forwarder,
    leads: () => role.leads,
    isWarm: () => role.isWarm ?? true,
    clock,
    log: silentLog,
    metrics,
  })
  closers.push(
    () => server.close(),
    () => forwarder.close(),
  )
  return { server, url: await server.listen({ host: '127.0.0.1', port: 0 }) }
}

const request = {
  participant: 'ann',
  displayName: 'Ann',
  rights: { publish: [], subscribe: true, hidden: false },
  idempotencyKey: 'one-and-only',
}
async function placeAt(url: string, body: unknown = request) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const path = '/v1/namespaces/demo/meetings/standup/placements'
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
const heldBy = (identity: string, address: string, fresh = true): Holder => ({ identity, address, epoch: 1, fresh })

test('a standby passes a placement on to the leader and its answer back', async () => {
  const leader = await aReplica('leader', { leads: true })
  const standby = await aReplica('standby', { leads: false, holder: () => heldBy('leader', leader.url) })
  expect(await placeAt(standby.url)).toMatchObject({ status: 200, body: { reason: 'answered by leader' } })
})

test('a leader that is gone, stale or not known is leader_unknown, at once', async () => {
  const gone = await aReplica('gone', { leads: true })
  await gone.server.close()
  const holders = [() => heldBy('gone', gone.url), () => heldBy('old', 'http://127.0.0.1:1', false), () => undefined]
  for (const holder of holders) {
    const { url } = await aReplica('standby', { leads: false, holder })
    expect(await placeAt(url)).toMatchObject({ status: 503, body: { code: 'leader_unknown', retry: 'elsewhere' } })
  }
})

test('two replicas that each take the other for the leader do not pass a request on for ever', async () => {
  const urls: string[] = []
  const one = await aReplica('one', { leads: false, holder: () => heldBy('two', urls[1] ?? '') })
  const two = await aReplica('two', { leads: false, holder: () => heldBy('one', urls[0] ?? '') })
  urls.push(one.url, two.url)
  expect(await placeAt(one.url)).toMatchObject({ status: 503, body: { code: 'leader_unknown' } })
})

test('a bad request is refused where it came in, with its field', async () => {
  const { url } = await aReplica('standby', { leads: false })
  expect(await placeAt(url, { ...request, participant: '' })).toMatchObject({ status: 400, body: { field: 'body.participant' } })
})

test('a replica that has not heard enough tells no topology', async () => {
  const { url } = await aReplica('cold', { leads: false, isWarm: false })
  const answer = await fetch(`${url}/v1/topology`, { headers: { authorization: `Bearer ${token}` } })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
})
