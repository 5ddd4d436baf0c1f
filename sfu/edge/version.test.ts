import { expect, test } from 'vitest'

import { CodedError } from '../../kit/errors.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { edgeRequests } from '../api/edge.ts'
import { fakeCascade } from '../testing/fakeCascade.ts'
import { socketPair } from '../testing/fakeNetwork.ts'
import { Link, type LinkHandlers } from './link.ts'

const handlers: LinkHandlers = {
  asked: { hello: () => Promise.resolve(), pipeProducer: () => Promise.resolve(), want: () => Promise.resolve() },
  told: {
    rosterSnapshot: () => undefined,
    rosterDelta: () => undefined,
    rosterGone: () => undefined,
    pipeProducerClosed: () => undefined,
    pipeProducerPaused: () => undefined,
    pipeProducerEnding: () => undefined,
    levels: () => undefined,
    speakers: () => undefined,
  },
  onClose: () => undefined,
}

/** What a node of version `ours` answers to a hello. */
async function answerTo(ours: number, hello: unknown): Promise<unknown> {
  const { ends } = socketPair()
  const clock = virtualClock()
  const [asking] = ends.map((socket, side) => new Link({ socket, clock, edgeVersion: side === 0 ? 9 : ours, handlers }))
  const asked = asking?.ask('hello', hello as never).then(
    () => 'taken',
    (error: unknown) => error,
  )
  await clock.advance(0)
  return asked
}

const pipe = {
  transportId: 't',
  ip: '127.0.0.1',
  port: 41_000,
  srtpParameters: { cryptoSuite: 'AEAD_AES_256_GCM', keyBase64: 'x' },
}
const hello = {
  ...{ node: 'b', boot: '01J00000000000000000000002', role: 'core', epoch: 1, generation: 1, pipe },
  ...{ wayIds: [], authors: [], wants: [] },
}

test('a hello without a version is of version 1, and one of another version is refused by its code, whatever else it says', async () => {
  expect(edgeRequests.hello.safeParse(hello).success).toBe(true)
  expect(await answerTo(1, hello)).toBe('taken')
  expect(await answerTo(1, { ...hello, edgeVersion: 1 })).toBe('taken')
  expect(await answerTo(2, { ...hello, edgeVersion: 2 })).toBe('taken')
  for (const [ours, said] of [
    [1, { ...hello, edgeVersion: 2 }],
    [2, hello],
    [1, { edgeVersion: 3, somethingNew: true }],
  ] as const) {
    const refusal = await answerTo(ours, said)
    expect(refusal).toBeInstanceOf(CodedError)
    expect(refusal).toMatchObject({ code: 'edge_version', message: expect.stringContaining(`speaks version ${ours}`) as string })
  }
  expect(await answerTo(1, { ...hello, edgeVersion: 'two' })).toMatchObject({ code: 'invalid' })
})

test('nodes of two versions make no edge, and nothing is left of the attempt; each keeps its own people', async () => {
  const cascade = fakeCascade()
  const [a, b, c] = [cascade.node('a', 1), cascade.node('b', 2), cascade.node('c', 2)]
  cascade.order([
    [a, b],
    [b, c],
  ])
  a.enter('ann')
  b.enter('bob')
  await cascade.settle(30_000)
  expect(a.segment.edges.connected).toEqual([])
  expect(b.segment.edges.connected.map(({ node }) => node)).toEqual(['c'])
  expect([a.people(), b.people(), c.people()]).toEqual([['ann'], ['bob'], ['bob']])
  expect(a.segment.report().peers).toMatchObject([{ node: 'b', up: false }])
})
