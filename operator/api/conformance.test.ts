import { afterAll, beforeAll, expect, test } from 'vitest'

import { makeKeyPair, signingKeyOf } from '../../kit/keys.ts'
import { conformanceCases, type ConformanceTarget } from './conformance.ts'
import { meetingSpecOf } from './conformanceMeeting.ts'
import { startFakeOperator, type FakeOperator } from './fakeServer.ts'

const token = 'a-token-for-the-suite'
/** A place in line lapses in one of them. */
const slow = 60_000
const readerToken = 'a-token-for-readers-alone'
let operator: FakeOperator
let target: ConformanceTarget

beforeAll(async () => {
  const { privateJwk } = await makeKeyPair('operator', 'operator')
  operator = await startFakeOperator({
    key: await signingKeyOf(privateJwk),
    tokens: [
      { name: 'suite', token, namespaces: ['demo'], verbs: ['place', 'release', 'move', 'explain', 'topology'] },
      { name: 'reader', token: readerToken, namespaces: ['demo'], verbs: ['topology'] },
    ],
    nodes: ['eu-1', 'eu-2', 'us-1', 'us-2'].map((name) => ({
      name,
      region: name.slice(0, 2),
      url: `http://127.0.0.1:1/${name}`,
    })),
  })
  target = {
    url: operator.url,
    ...{ token, readerToken },
    namespace: 'demo',
    attach: async (placed, participant) => operator.attach(placed, participant),
    meeting: async (name, wish) => operator.meeting('demo', name, meetingSpecOf(wish)),
    async startingRegion() {
      const start = operator.starting({ name: 'ap-1', region: 'ap', url: 'http://127.0.0.1:1/ap-1' })
      return { region: 'ap', start: async () => start() }
    },
  }
})
afterAll(() => operator.close())

test.each(conformanceCases.map(({ name, run }) => [name, run] as const))(
  'fake operator: %s',
  async (_name, run) => {
    await expect(run(target)).resolves.toBeUndefined()
  },
  slow,
)
