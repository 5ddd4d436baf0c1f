import { afterAll, beforeAll, expect, test } from 'vitest'

import { makeKeyPair, signingKeyOf } from '../../kit/keys.ts'
import { startFakeOperator, type FakeOperator } from '../../operator/api/fakeServer.ts'
import { aCli } from '../testing/aCli.ts'

const token = 'a-token-that-may-place-people'
const watching = 'a-token-that-may-only-look'
let operator: FakeOperator

beforeAll(async () => {
  const { privateJwk } = await makeKeyPair('operator', 'operator')
  operator = await startFakeOperator({
    key: await signingKeyOf(privateJwk),
    tokens: [
      { name: 'admin', token, namespaces: ['default'], verbs: ['place'] },
      { name: 'watcher', token: watching, namespaces: ['default'], verbs: ['explain'] },
    ],
    nodes: [
      { name: 'eu-1', region: 'eu', url: 'http://127.0.0.1:1/eu-1' },
      { name: 'us-1', region: 'us', url: 'http://127.0.0.1:1/us-1' },
    ],
  })
})
afterAll(() => operator.close())

const place = (bearer: string | undefined, ...argv: string[]) => {
  const env = bearer === undefined ? {} : { PARLEY_PLACEMENT_TOKEN: bearer }
  return aCli({ env, fetch: globalThis.fetch }).cli('place', ...argv, '--placement', operator.url)
}

test('it is said where they go and why, by what they name and what they measured', async () => {
  expect(await place(token, 'standup', 'ann', '--region', 'us')).toMatchObject({
    ...{
      code: 0,
      err: '',
      out: expect.stringMatching(/^ann is placed on us-1 in us: least loaded of 1 in us \(load 0\.\d\d\)\n$/) as string,
    },
  })
  const { out } = await place(token, 'retro', 'bob', '--rtt', 'eu=20.5,us=90', '--audience', '-o', 'json')
  expect(JSON.parse(out)).toMatchObject({
    participant: 'bob',
    node: 'eu-1',
    region: 'eu',
    reason: expect.stringContaining('21 ms away') as string,
  })
  expect(JSON.parse(out)).not.toHaveProperty('grant')
  expect((await place(token, 'standup', 'cid', '--region', 'us', '--exclude', 'us-1')).out).toContain('cid is placed on eu-1')
})

test('what is against it is told with its code, and when to try again', async () => {
  const { code, err } = await place(token, 'standup', 'dan', '--exclude', 'eu-1,us-1')
  expect(code).toBe(1)
  expect(err).toMatch(/^error: dan is not placed \(nodes_full\): .*excluded by the request; try again in [1-3]s\.\n$/)
})

test('a wrong flag, a name that is none, no right and no token', async () => {
  expect(await place(token, 'standup', 'ann', '--rtt', 'eu')).toMatchObject({
    ...{ code: 2, err: expect.stringContaining('like eu-west=20,us-east=90') as string },
  })
  expect(await place(token, 'standup', 'a b')).toMatchObject({ err: expect.stringContaining('body.participant') as string })
  expect(await place(watching, 'standup', 'ann')).toMatchObject({ code: 4, err: 'error: This token does not allow place.\n' })
  expect(await place(undefined, 'standup', 'ann')).toMatchObject({
    ...{ code: 4, err: expect.stringContaining('with the verb place') as string },
  })
})

test('a URL that is none, one that nobody may ask, and a token that is set to nothing are told as that', async () => {
  const { cli } = aCli({ env: { PARLEY_PLACEMENT_TOKEN: token }, fetch: globalThis.fetch })
  expect(await cli('place', 'standup', 'ann', '--placement', 'operator:8080')).toMatchObject({
    ...{ code: 2, err: expect.stringContaining('a URL like http://127.0.0.1:8080: operator:8080 is none') as string },
  })
  // Port 1 is one that fetch refuses.
  expect(await cli('place', 'standup', 'ann', '--placement', 'http://127.0.0.1:1')).toMatchObject({
    ...{ code: 5, err: expect.stringMatching(/cannot be reached: bad port\.\n$/) as string },
  })
  expect(await place('', 'standup', 'ann')).toMatchObject({
    ...{ code: 4, err: expect.stringContaining('with the verb place') as string },
  })
})
