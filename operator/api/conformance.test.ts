import { afterAll, beforeAll, expect, test } from 'vitest'

import { makeKeyPair, signingKeyOf } from '../../kit/keys.ts'
import { conformanceCases, type ConformanceTarget } from './conformance.ts'
import { startFakeOperator, type FakeOperator } from './fakeServer.ts'

const token = 'a-token-for-the-suite'
let operator: FakeOperator
let target: ConformanceTarget

beforeAll(async () => {
  const { privateJwk } = await makeKeyPair('operator', 'operator')
  operator = await startFakeOperator({
    key: await signingKeyOf(privateJwk),
    tokens: [{ name: 'suite', token, namespaces: ['demo'], verbs: ['place', 'release', 'move', 'explain', 'topology'] }],
    nodes: ['eu-1', 'eu-2', 'us-1', 'us-2'].map((name) => ({
      name,
      region: name.slice(0, 2),
      url: `http://127.0.0.1:1/${name}`,
    })),
  })
  target = {
    url: operator.url,
    token,
    namespace: 'demo',
    attach: async (placed, participant) => operator.attach(placed, participant),
    async meeting(name, { maxParticipants, locked = false, ended = false, regions }) {
      operator.meeting('demo', name, {
        access: { locked },
        ended,
        ...(maxParticipants === undefined ? {} : { capacity: { maxParticipants } }),
        ...(regions === undefined ? {} : { regions }),
      })
    },
  }
})
afterAll(() => operator.close())

test.each(conformanceCases.map(({ name, run }) => [name, run] as const))('fake operator: %s', async (_name, run) => {
  await expect(run(target)).resolves.toBeUndefined()
})
