import { expect, test } from 'vitest'

import { CodedError, commonErrors } from './errors.ts'
import { createPeer, type FrameSocket, type Incoming, type Peer } from './peer.ts'
import { virtualClock } from './virtualClock.ts'

const clock = virtualClock()

/** Two sockets, each of which hands its text to the other. */
function pair(): [FrameSocket, FrameSocket] {
  const make = (): FrameSocket => ({
    send: () => undefined,
    close: () => undefined,
    onText: () => undefined,
    onClose: () => undefined,
  })
  const [a, b] = [make(), make()]
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.send = (text) => queueMicrotask(() => to.onText(text))
    from.close = (code, reason) => queueMicrotask(() => to.onClose(code, reason))
  }
  return [a, b]
}

function peerOn(socket: FrameSocket, onRequest: (incoming: Incoming) => Promise<unknown>, closings: string[] = []): Peer {
  return createPeer({
    socket,
    clock,
    requestTimeoutMs: 1_000,
    maxConcurrentRequests: 2,
    onRequest,
    onNotification: () => undefined,
    onClose: (code, reason) => void closings.push(`${code} ${reason}`),
  })
}

test('a request is answered with data or with the coded error of the other side', async () => {
  const [left, right] = pair()
  const asking = peerOn(left, async () => undefined)
  peerOn(right, async ({ method, data, channel }) => {
    if (method === 'echo') return { data, channel }
    throw commonErrors.raise.invalid({ what: 'data.name: too long' }, { field: 'data.name' })
  })
  expect(await asking.request('echo', 7, { channel: 'c' })).toEqual({ data: 7, channel: 'c' })
  const error = await asking.request('other').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(CodedError)
  expect(error).toMatchObject({
    code: 'invalid',
    status: 400,
    field: 'data.name',
    message: 'data.name: too long',
    retry: 'never',
  })
})

test('an unanswered request ends with timeout, a lost connection with unavailable', async () => {
  const [left, right] = pair()
  const asking = peerOn(left, async () => undefined)
  peerOn(right, () => new Promise(() => undefined))
  const timedOut = asking.request('never').catch((thrown: unknown) => thrown)
  await clock.advance(1_000)
  expect(await timedOut).toMatchObject({ code: 'timeout' })
  const cut = asking.request('never').catch((thrown: unknown) => thrown)
  left.onClose(1006, '')
  expect(await cut).toMatchObject({ code: 'unavailable' })
  expect(asking.closed).toBe(true)
})

test('more requests at once than allowed are refused, the ones under way go on', async () => {
  const [left, right] = pair()
  const asking = peerOn(left, async () => undefined)
  const release: (() => void)[] = []
  peerOn(right, () => new Promise<void>((resolve) => release.push(resolve)))
  const first = [asking.request('a'), asking.request('b')]
  await expect(asking.request('c')).rejects.toMatchObject({ code: 'too_many' })
  for (const free of release) free()
  await Promise.all(first)
})

test.each(['', 'x', '[]', '{"request":true}', '{"request":true,"id":-1,"method":"m"}', '{"notification":true,"method":7}'])(
  'what is no frame (%s) closes the connection with 1008',
  (text) => {
    const closings: string[] = []
    const [left] = pair()
    const peer = peerOn(left, async () => undefined, closings)
    left.onText(text)
    expect(closings).toEqual(['1008 not a frame of this protocol'])
    expect(peer.closed).toBe(true)
  },
)
