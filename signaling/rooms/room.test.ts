import { expect, test } from 'vitest'

import { commonErrors } from '../../kit/errors.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import type { Bus } from '../bus/bus.ts'
import { createMemoryBus, type MemoryStreams } from '../bus/memoryBus.ts'
import type { RoomMember } from './room.ts'
import { createRooms } from './rooms.ts'

const meeting = { namespace: 'default', name: 'standup', incarnation: '01KDVAHJ0000000000000000AA' }
const said = (each: number | string, participant = 'ada') => ({
  ...{ participant, name: 'Ada', text: `text ${each}`, clientMessageId: `message-${each}` },
})

function aMember(): RoomMember & { readonly heard: string[] } {
  const heard: string[] = []
  return { heard, tell: (_, data) => void heard.push('text' in data ? data.text : data.emoji) }
}

function aBus(streams: MemoryStreams = new Map()): { bus: Bus; streams: MemoryStreams } {
  return { bus: createMemoryBus({ clock: virtualClock(), lingerMs: 1_000, streams }), streams }
}

/** A bus that can be away: nothing can be appended then. */
function aBusThatFails(): Bus & { away: boolean } {
  const { bus } = aBus()
  const failing = {
    ...bus,
    away: true,
    up: false,
    follow(name: string, options: Parameters<Bus['follow']>[1]) {
      const stream = bus.follow(name, options)
      const append = (data: string): Promise<string> =>
        failing.away ? Promise.reject(commonErrors.raise.unavailable({ what: 'Redis' })) : stream.append(data)
      return { ...stream, append }
    },
  }
  return failing
}

test('a message is acknowledged with its place, and everybody at every replica hears it once', async () => {
  const { bus, streams } = aBus()
  const here = createRooms(bus).open(meeting).room
  const there = createRooms(aBus(streams).bus).open(meeting).room
  const [ada, bob, eve] = [aMember(), aMember(), aMember()]
  for (const [room, member] of [
    [here, ada],
    [here, bob],
    [there, eve],
  ] as const)
    room.join(member)
  const first = await here.say(said(1))
  const second = await there.say(said(2, 'eve'))
  expect(second.id > first.id).toBe(true)
  expect(first.atMs).toBe(Number(first.id.split('-')[0]))
  for (const { heard } of [ada, bob, eve]) expect(heard).toEqual(['text 1', 'text 2'])
})

test('a retry is the same message, at the same replica, at another one, and while the first is under way', async () => {
  const { bus, streams } = aBus()
  const rooms = createRooms(bus)
  const here = rooms.open(meeting).room
  const member = aMember()
  here.join(member)
  const [first, meanwhile] = await Promise.all([here.say(said(1)), here.say(said(1))])
  const again = await here.say(said(1))
  const there = createRooms(aBus(streams).bus).open(meeting).room
  const elsewhere = await there.say(said(1))
  expect([meanwhile, again, elsewhere]).toEqual([first, first, first])
  const other = await here.say(said(1, 'bob'))
  expect(other.id).not.toBe(first.id)
  expect(member.heard).toEqual(['text 1', 'text 1'])
})

test('who comes later is given the last 500 messages, oldest first', async () => {
  const { bus, streams } = aBus()
  const room = createRooms(bus).open(meeting).room
  for (let each = 1; each <= 510; each++) await room.say(said(each))
  const expected = Array.from({ length: 500 }, (_, each) => `text ${each + 11}`)
  expect(room.join(aMember()).chat.map(({ text }) => text)).toEqual(expected)
  const there = createRooms(aBus(streams).bus).open(meeting).room
  await there.ready
  const { chat } = there.join(aMember())
  expect(chat.map(({ text }) => text)).toEqual(expected)
  expect(chat[0]).not.toHaveProperty('clientMessageId')
})

test('reactions are seen by who is here and then forgotten; a hundred of them leave the chat as it was', async () => {
  const { bus, streams } = aBus()
  const room = createRooms(bus).open(meeting).room
  const member = aMember()
  room.join(member)
  await room.say(said(1))
  for (let each = 0; each < 600; each++) await room.react({ participant: 'ada', name: 'Ada', emoji: '👍' })
  expect(member.heard).toHaveLength(601)
  const late = aMember()
  const there = createRooms(aBus(streams).bus).open(meeting).room
  expect(there.join(late).chat).toHaveLength(1)
  expect(late.heard).toEqual([])
})

test('while the bus is away chat is refused, reactions stay at this replica, and a retry goes through later', async () => {
  const bus = aBusThatFails()
  const room = createRooms(bus).open(meeting).room
  const member = aMember()
  room.join(member)
  await expect(room.say(said(1))).rejects.toMatchObject({ code: 'chat_unavailable', status: 503, retry: 'later' })
  await room.react({ participant: 'ada', name: 'Ada', emoji: '🎉' })
  bus.away = false
  await room.say(said(1))
  expect(member.heard).toEqual(['🎉', 'text 1'])
})

test('what stands in the stream and is no message is passed over', async () => {
  const { bus } = aBus()
  const room = createRooms(bus).open(meeting).room
  const member = aMember()
  room.join(member)
  const stream = bus.follow('{default/standup/01KDVAHJ0000000000000000AA}', {
    keep: 500,
    replay: false,
    onEntry: () => undefined,
  })
  for (const data of ['', 'x', '[]', '{"text":7}', JSON.stringify({ ...said(1), text: 'x'.repeat(2_001) })])
    await stream.append(data)
  await room.say(said(2))
  expect(member.heard).toEqual(['text 2'])
})

test('a room ends with its last user, and who left hears no more', async () => {
  const { bus } = aBus()
  const rooms = createRooms(bus)
  const [first, second] = [rooms.open(meeting), rooms.open(meeting)]
  const [staying, leaving] = [aMember(), aMember()]
  first.room.join(staying)
  const { leave } = second.room.join(leaving)
  leave()
  await first.room.say(said(1))
  first.release()
  first.release()
  expect(rooms.size).toBe(1)
  second.release()
  expect(rooms.size).toBe(0)
  expect([staying.heard, leaving.heard]).toEqual([['text 1'], []])
})
