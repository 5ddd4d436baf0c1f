import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { missing, waitFor } from '../../kit/wait.ts'
import { compareIds, type Bus, type BusEntry, type FollowedStream, type StreamKeeping } from '../bus/bus.ts'

/** What the contract needs of an implementation: a store, and buses on it, each as one replica has it. */
export interface BusStore {
  open(): Promise<Bus>
  stop(): Promise<void>
}

/** A follower of a test: what it heard, and the stream. */
export interface Follower extends FollowedStream {
  readonly heard: BusEntry[]
}

const chat: StreamKeeping = { keep: 500, replay: true }

/** Follows a stream and keeps what it hears. */
export async function follow(bus: Bus, stream: string, keeping: StreamKeeping = chat): Promise<Follower> {
  const entries: BusEntry[] = []
  const followed = bus.follow(stream, { ...keeping, onEntry: (entry) => void entries.push(entry) })
  await followed.ready
  return { ...followed, heard: entries }
}

/** Waits until the follower has heard these, in this order, and nothing else. */
export async function expectHeard(follower: Follower, expected: readonly string[]): Promise<void> {
  await waitFor(
    () => (follower.heard.length >= expected.length ? true : missing(`${expected.length - follower.heard.length} entries`)),
    { timeoutMs: 10_000, pollMs: 5 },
  )
  expect(follower.heard.map(({ data }) => data)).toEqual(expected)
}

/** What every bus does. `name` stands in the names of the tests; a store is started once for all of them. */
export function busContract(name: string, start: () => Promise<BusStore>): void {
  let store: BusStore
  const buses: Bus[] = []
  let streams = 0
  const aStream = (): string => `{default/standup/${++streams}}`
  const aBus = async (): Promise<Bus> => {
    const bus = await store.open()
    buses.push(bus)
    return bus
  }
  beforeAll(async () => {
    store = await start()
  })
  afterEach(async () => {
    for (const bus of buses.splice(0)) await bus.close()
  })
  afterAll(() => store.stop())

  test(`${name}: all followers of all replicas hear every entry in one order`, async () => {
    const [one, other, stream] = [await aBus(), await aBus(), aStream()]
    const followers = [await follow(one, stream), await follow(one, stream), await follow(other, stream)]
    const ids = await Promise.all(
      Array.from({ length: 40 }, (_, each) => (followers[each % 3] as Follower).append(`entry ${each}`)),
    )
    const inOrder = ids.map((id, each) => ({ id, data: `entry ${each}` })).toSorted((a, b) => compareIds(a.id, b.id))
    for (const follower of followers) {
      await expectHeard(
        follower,
        inOrder.map(({ data }) => data),
      )
      expect(follower.heard).toEqual(inOrder)
    }
    expect(new Set(ids).size).toBe(40)
  })

  test(`${name}: who comes later is given what there was, and no more than is kept`, async () => {
    const [bus, stream] = [await aBus(), aStream()]
    const keeping = { keep: 3, replay: true }
    const first = await follow(bus, stream, keeping)
    for (const data of ['a', 'b', 'c', 'd', 'e']) await first.append(data)
    const late = await follow(await aBus(), stream, keeping)
    expect(late.heard.map(({ data }) => data)).toEqual(['c', 'd', 'e'])
  })

  test(`${name}: without replay only what comes from now on is heard`, async () => {
    const [bus, stream] = [await aBus(), aStream()]
    const passing = { keep: 10, replay: false }
    const first = await follow(bus, stream, passing)
    await first.append('before')
    const second = await follow(await aBus(), stream, passing)
    await first.append('after')
    await expectHeard(first, ['before', 'after'])
    await expectHeard(second, ['after'])
    expect(second.heard).toEqual(first.heard.slice(1))
  })

  test(`${name}: streams do not mix, and who stopped hears no more`, async () => {
    const [bus, stream, other] = [await aBus(), aStream(), aStream()]
    const [staying, leaving, elsewhere] = [await follow(bus, stream), await follow(bus, stream), await follow(bus, other)]
    await staying.append('one')
    await expectHeard(leaving, ['one'])
    leaving.stop()
    await staying.append('two')
    await elsewhere.append('three')
    await expectHeard(staying, ['one', 'two'])
    await expectHeard(elsewhere, ['three'])
    expect(leaving.heard).toHaveLength(1)
  })

  test(`${name}: text of any script and size comes back as it was`, async () => {
    const [bus, stream] = [await aBus(), aStream()]
    const follower = await follow(bus, stream)
    const texts = ['', 'é 漢字 👩‍👩‍👧 \u0000 \r\n * $', 'x'.repeat(8_000)]
    const ids: string[] = []
    for (const text of texts) ids.push(await follower.append(text))
    await expectHeard(follower, texts)
    expect(follower.heard.map(({ id }) => id)).toEqual(ids)
  })
}
