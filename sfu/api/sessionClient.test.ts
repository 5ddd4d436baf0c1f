import { expect, test } from 'vitest'

import type { FrameSocket } from '../../kit/peer.ts'
import { virtualClock } from '../../kit/virtualClock.ts'
import { sessionConnectionOver } from './sessionClient.ts'

const meeting = { namespace: 'demo', name: 'standup', incarnation: '01KDVSZ0000000000000000001' }
const key = 'demo/standup/01KDVSZ0000000000000000001'
const attachment = '01KDVSZ0000000000000000002'

/** A connection of which a test sends the agent's frames; `told` is what became of it. */
function aConnection() {
  const told: string[] = []
  const socket: FrameSocket = {
    send: () => undefined,
    close: (code) => void told.push(`socket closed ${code}`),
    onText: () => undefined,
    onClose: () => undefined,
  }
  const connection = sessionConnectionOver(socket, {
    clock: virtualClock(),
    onClose: (code) => void told.push(`over ${code}`),
    onFault: (error) => void told.push(`fault: ${(error as Error).message}`),
  })
  const tell = (method: string, data: unknown, channel: string): void =>
    socket.onText(JSON.stringify({ notification: true, method, data, channel }))
  return { connection, told, tell }
}

test('a listener that fails costs its connection, and not the process with those to all other media nodes', () => {
  const { connection, told, tell } = aConnection()
  connection.onMeeting(meeting, () => {
    throw new Error('nobody foresaw this')
  })
  tell('roster', { revision: 1, changes: [] }, key)
  expect(told).toEqual(['fault: nobody foresaw this', 'socket closed 1011', 'over 1011'])
  expect(connection.closed).toBe(true)
  tell('roster', { revision: 2, changes: [] }, key)
  expect(told).toHaveLength(3)
})

test('a media node that closes a session without the reason that belongs to it is no end of the process', () => {
  const { connection, told, tell } = aConnection()
  void connection.attach({ grant: 'g', sessionEpoch: 1, attachment, onNotification: () => undefined }).catch(() => undefined)
  tell('closed', undefined, attachment)
  expect(told).toEqual([expect.stringMatching(/^fault: /), 'socket closed 1011', 'over 1011'])
})
