import { once } from 'node:events'

import { WebSocket } from 'ws'

import { clientSubprotocol } from '../../signaling/api/protocol.ts'

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly ok: boolean
  readonly data?: unknown
  readonly errorReason?: string
  readonly error?: { readonly code: string; readonly field?: string }
}

/** A client of the protocol that sends whatever a test wants. */
export interface RawClient {
  /** Sends a frame as it stands. */
  send(frame: string | Buffer): void
  /** Asks by the protocol; `data` may be anything. */
  ask(method: string, data: unknown): Promise<RawAnswer>
  /** Resolves with the code that the server closed with. */
  readonly closed: Promise<number>
  close(): void
}

const answerTimeoutMs = 30_000

/** Opens a connection to signaling's endpoint for clients. */
export async function openRawClient(url: string): Promise<RawClient> {
  const socket = new WebSocket(url, [clientSubprotocol])
  socket.on('error', () => undefined)
  const closed = new Promise<number>((resolve) => socket.once('close', (code: number) => resolve(code)))
  const waiting = new Map<number, (answer: RawAnswer) => void>()
  let lastId = 0
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as RawAnswer & { response?: true; id?: number }
    if (frame.response) waiting.get(frame.id ?? -1)?.(frame)
  })
  await once(socket, 'open')
  return {
    closed,
    send: (frame) => socket.send(frame),
    ask: (method, data) =>
      new Promise((resolve, reject) => {
        const id = ++lastId
        const late = setTimeout(() => reject(new Error(`no answer to ${method} within ${answerTimeoutMs} ms`)), answerTimeoutMs)
        waiting.set(id, (answer) => {
          clearTimeout(late)
          resolve(answer)
        })
        void closed.then((code) => reject(new Error(`closed with ${code} before ${method} was answered`)))
        socket.send(JSON.stringify({ request: true, id, method, data }))
      }),
    close: () => socket.terminate(),
  }
}
