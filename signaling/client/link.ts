import type { Clock, Timer } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import { createPeer, type FrameSocket, type Incoming, type Peer } from '../../kit/peer.ts'
import type { ClientMethod, ClientRequest, ClientResponses } from '../api/protocol.ts'

/** Opens a WebSocket to signaling; rejects when it cannot, or when `signal` aborts. See browserSocket.ts and nodeSocket.ts. */
export type Dial = (url: string, signal: AbortSignal) => Promise<FrameSocket>

/** Asks signaling. Rejects with the coded error of the answer; `unavailable` where there is no connection, `timeout` after 10 s.
 * A `join` is not answered while its client waits in line: it is given up after 10 s in which nothing at all was heard. */
export type Ask = <Method extends ClientMethod>(method: Method, data: ClientRequest<Method>) => Promise<ClientResponses[Method]>

/** The one connection to signaling that a client has at a time. */
export interface Link {
  /** Dials, in place of what was there. */
  open(): void
  /** Closes what is there, without telling. */
  hangUp(): void
  readonly ask: Ask
}

/** Options of {@link createLink}. */
export interface LinkOptions {
  readonly url: string
  readonly dial: Dial
  readonly clock: Clock
  readonly onOpened: () => void
  /** The connection that was dialled or open is gone. `code` is the WebSocket's, 1006 where nothing ever opened. */
  readonly onLost: (code: number, reason: string) => void
  readonly onNotification: (incoming: Incoming) => void
}

export const dialTimeoutMs = 10_000
export const askTimeoutMs = 10_000
/** A join may wait in line: longer than the server lets anybody stand there, as long as it is heard every few seconds. */
const joinTimeoutMs = 15 * 60_000
/** RFC 6455, 7.1.5: closed without a close frame. */
const abnormalClosure = 1006
const normalClosure = 1000

/** A socket that tells when it heard something last: a browser does not notice by itself that the other side has gone. */
function heardSocket(socket: FrameSocket, onHeard: () => void): FrameSocket {
  const heard: FrameSocket = {
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    onText: () => undefined,
    onClose: () => undefined,
  }
  const inner = socket
  inner.onText = (text) => {
    onHeard()
    heard.onText(text)
  }
  inner.onClose = (code, reason) => heard.onClose(code, reason)
  return heard
}

/** Makes a client's link to signaling. */
export function createLink(options: LinkOptions): Link {
  const { clock } = options
  let peer: Peer | undefined
  let dialling: AbortController | undefined
  let heardAtMs = 0

  function hangUp(): void {
    dialling?.abort(new Error('hung up'))
    dialling = undefined
    const last = peer
    peer = undefined
    last?.close(normalClosure, 'bye')
  }

  function lose(which: Peer | AbortController, code: number, reason: string): void {
    if (which !== peer && which !== dialling) return
    hangUp()
    options.onLost(code, reason)
  }

  function opened(socket: FrameSocket): void {
    const made = createPeer({
      socket: heardSocket(socket, () => (heardAtMs = clock.monotonicMs())),
      clock,
      requestTimeoutMs: askTimeoutMs,
      maxConcurrentRequests: 8,
      onRequest: () => Promise.reject(commonErrors.raise.not_found({ what: 'such method' })),
      onNotification: (incoming) => {
        if (made === peer) options.onNotification(incoming)
      },
      onClose: (code, reason) => lose(made, code, reason),
    })
    peer = made
    options.onOpened()
  }

  async function dial(attempt: AbortController): Promise<void> {
    const timer = clock.after(dialTimeoutMs, () => attempt.abort(new Error('the dial took too long')))
    try {
      const socket = await options.dial(options.url, attempt.signal)
      if (attempt !== dialling) return socket.close(normalClosure, 'bye')
      dialling = undefined
      opened(socket)
    } catch (thrown) {
      lose(attempt, abnormalClosure, thrown instanceof Error ? thrown.message : 'not reachable')
    } finally {
      timer.cancel()
    }
  }

  /** Loses a connection on which nothing was heard for as long as an answer may take. */
  function watch(asked: Peer, sinceMs: number): Timer {
    return clock.every(askTimeoutMs / 10, () => {
      if (clock.monotonicMs() - Math.max(heardAtMs, sinceMs) >= askTimeoutMs) lose(asked, abnormalClosure, 'nothing was heard')
    })
  }

  async function ask<Method extends ClientMethod>(method: Method, data: ClientRequest<Method>): Promise<ClientResponses[Method]> {
    const asked = peer
    if (!asked) throw commonErrors.raise.unavailable({ what: 'The connection' })
    const askedAtMs = clock.monotonicMs()
    const timeoutMs = method === 'join' ? joinTimeoutMs : askTimeoutMs
    const watchdog = method === 'join' ? watch(asked, askedAtMs) : undefined
    try {
      return (await asked.request(method, data, { timeoutMs })) as ClientResponses[Method]
    } catch (thrown) {
      // Nothing at all was heard for as long as an answer may take: the connection is dead, only nobody said so.
      if (heardAtMs < askedAtMs && clock.monotonicMs() - askedAtMs >= askTimeoutMs)
        lose(asked, abnormalClosure, 'nothing was heard')
      throw thrown
    } finally {
      watchdog?.cancel()
    }
  }

  return {
    open() {
      hangUp()
      dialling = new AbortController()
      void dial(dialling)
    },
    hangUp,
    ask,
  }
}
