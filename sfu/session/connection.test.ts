import { expect, test } from 'vitest'

import type { GrantClaims } from '../api/grant.ts'
import { sessionConnectionOver } from '../api/sessionClient.ts'
import { replacedElsewhereAfterMs } from '../segment/attachments.ts'
import { fakeCascade, type FakeNode } from '../testing/fakeCascade.ts'
import { socketPair } from '../testing/fakeNetwork.ts'
import { SessionConnection } from './connection.ts'

const attachTimeoutMs = 1_000

/** Two nodes of a meeting, each with a connection of one signaling replica; the first takes `verifyMs` to look at a grant. */
async function aPair(verifyMs: number) {
  const cascade = fakeCascade()
  const { clock, meeting } = cascade
  const [a, b] = [cascade.node('a'), cascade.node('b')]
  cascade.order([[a, b]])
  await cascade.settle()

  /** A grant is its claims; answers reach signaling unless `mute` says otherwise. */
  function connect({ segment }: FakeNode, options: { verifyMs: number; mute?: () => boolean }) {
    const [near, far] = socketPair().ends
    const send = far.send.bind(far)
    far.send = (text) => {
      if (options.mute?.() !== true) send(text)
    }
    void new SessionConnection({
      ...{ socket: far, clock, onFallback: () => undefined, onRequestError: () => undefined },
      segments: { forGrant: async () => segment, get: () => segment, all: [segment], highestEpoch: 1 },
      async verifyGrant(grant) {
        await clock.sleep(options.verifyMs)
        return JSON.parse(grant) as GrantClaims
      },
    })
    return sessionConnectionOver(near, { clock, requestTimeoutMs: attachTimeoutMs, onClose: () => undefined })
  }
  const grantOf = (attachment: string, replaces?: string): string =>
    JSON.stringify({
      ...{ sub: 'ann', name: 'Ann', meeting, attachment, ...(replaces === undefined ? {} : { replaces }) },
      rights: { publish: [], subscribe: true, hidden: false },
    } satisfies GrantClaims)
  let muted = false
  const connections = { a: connect(a, { verifyMs, mute: () => muted }), b: connect(b, { verifyMs: 0 }) }
  /** Attaches on `a`, hears nothing in time, and attaches on `b` as signaling does. */
  async function attachTwice(): Promise<void> {
    const [first, second] = ['01K00000000000000000000001', '01K00000000000000000000002']
    const wish = { sessionEpoch: 1, onNotification: () => undefined }
    const lost = connections.a.attach({ ...wish, attachment: first, grant: grantOf(first) }).catch((thrown: unknown) => thrown)
    await cascade.settle(attachTimeoutMs)
    expect(await lost).toMatchObject({ code: 'timeout' })
    const had = connections.b.attach({ ...wish, attachment: second, grant: grantOf(second, first) })
    await cascade.settle(100)
    await had
  }
  return { cascade, a, b, attachTwice, mute: () => void (muted = true) }
}

test('an attach whose answer was lost is taken back, and nobody sees the person twice for longer than that takes', async () => {
  const { cascade, a, b, attachTwice, mute } = await aPair(0)
  mute()
  await attachTwice()
  await cascade.settle(100)
  for (const node of [a, b]) expect(node.people()).toEqual(['ann'])
  expect(a.segment.attachments.size).toBe(0)
  expect(b.segment.attachments.size).toBe(1)
})

test('an attach that signaling gave up before its grant was looked at lets nobody in', async () => {
  const { cascade, a, b, attachTwice } = await aPair(attachTimeoutMs * 2)
  const seen: (readonly string[])[] = []
  await attachTwice()
  for (let step = 0; step < 40; step++) {
    await cascade.settle(replacedElsewhereAfterMs / 20)
    seen.push(b.people())
  }
  expect(new Set(seen.map((people) => people.join()))).toEqual(new Set(['ann']))
  expect([a.segment.attachments.size, b.segment.attachments.size]).toEqual([0, 1])
})
