import { afterEach, expect, test } from 'vitest'

import { aReplica as startReplica, aRequest, heldBy, placeAt, token, type Role } from '../testing/aReplica.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function aReplica(name: string, role: Role) {
  const replica = await startReplica(name, role)
  closers.push(() => replica.close())
  return replica
}

test('a standby passes a placement on to the leader and its answer back', async () => {
  const leader = await aReplica('leader', { leads: true })
  const standby = await aReplica('standby', { leads: false, holder: () => heldBy('leader', leader.url) })
  expect(await placeAt(standby.url)).toMatchObject({ status: 200, body: { reason: 'answered by leader: ann' } })
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
  expect(await placeAt(url, aRequest(''))).toMatchObject({ status: 400, body: { field: 'body.participant' } })
})

test('a replica that has not heard enough tells no topology', async () => {
  const { url } = await aReplica('cold', { leads: false, isWarm: false })
  const answer = await fetch(`${url}/v1/topology`, { headers: { authorization: `Bearer ${token}` } })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
})
