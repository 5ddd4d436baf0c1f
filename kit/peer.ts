import type { Clock, Timer } from './clock.ts'
import { asCodedError, CodedError, commonErrors, type Retry } from './errors.ts'

/**
 * Frames in the shapes of protoo (https://github.com/versatica/protoo): a request is answered by a response with its id, a notification
 * is not. One connection may carry many conversations: `channel` names the one a frame belongs to, and is absent where there is one only.
 */
export type Frame = RequestFrame | ResponseFrame | NotificationFrame
export interface RequestFrame {
  readonly request: true
  readonly id: number
  readonly method: string
  readonly data?: unknown
  readonly channel?: string
}
export type ResponseFrame =
  | { readonly response: true; readonly id: number; readonly ok: true; readonly data?: unknown }
  | {
      readonly response: true
      readonly id: number
      readonly ok: false
      readonly errorCode: number
      readonly errorReason: string
      readonly error?: WireError
    }
export interface NotificationFrame {
  readonly notification: true
  readonly method: string
  readonly data?: unknown
  readonly channel?: string
}
/** What a failed response adds to protoo's `errorCode` (the HTTP status) and `errorReason` (the sentence). */
export interface WireError {
  readonly code: string
  readonly retry: Retry
  readonly field?: string
  readonly retryAfterMs?: number
}

/** The transport under a peer: text frames in order. Made from the browser's WebSocket or from `ws`. */
export interface FrameSocket {
  send(text: string): void
  close(code: number, reason: string): void
  /**
   * Sends an answer when there is room for it; resolves then, undefined where that is at once. Whoever asks for a hundred large answers gets them
   * one after the other, as fast as it reads: all together would be more than may wait for it. Absent: there is always room.
   */
  sendInTurn?: (text: () => string) => Promise<void> | undefined
  onText: (text: string) => void
  /** Called once, when nothing more will come. */
  onClose: (code: number, reason: string) => void
}

/** A request or notification as it came in. `data` is unvalidated: the handler checks it before use. */
export interface Incoming {
  readonly method: string
  readonly data: unknown
  readonly channel: string | undefined
}

/** Options of {@link createPeer}. */
export interface PeerOptions {
  readonly socket: FrameSocket
  readonly clock: Clock
  /** How long a request waits for its answer. */
  readonly requestTimeoutMs: number
  /** How many requests of the other side may be under way at once; one more is refused with `too_many`. */
  readonly maxConcurrentRequests: number
  readonly onRequest: (incoming: Incoming) => Promise<unknown>
  readonly onNotification: (incoming: Incoming) => void
  readonly onClose: (code: number, reason: string) => void
  /** Told of each failed request of the other side, for the log. */
  readonly onRequestError?: (incoming: Incoming, error: CodedError) => void
}

/** One side of a connection: asks, answers and tells. */
export interface Peer {
  request(method: string, data?: unknown, options?: { channel?: string; timeoutMs?: number }): Promise<unknown>
  notify(method: string, data?: unknown, channel?: string): void
  close(code: number, reason: string): void
  readonly closed: boolean
}

/** WebSocket close code for a frame that is not of the protocol (RFC 6455, 7.4.1: policy violation). */
export const closeCodeBadFrame = 1008

interface Waiting {
  readonly resolve: (data: unknown) => void
  readonly reject: (error: CodedError) => void
  readonly timer: Timer
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Fields = Record<string, unknown>
const isNamed = ({ method }: Fields): boolean => typeof method === 'string' && method.length <= 64
const isRequest = (fields: Fields): fields is Fields & RequestFrame =>
  fields['request'] === true && isId(fields['id']) && isNamed(fields)
const isResponse = (fields: Fields): fields is Fields & ResponseFrame =>
  fields['response'] === true && isId(fields['id']) && typeof fields['ok'] === 'boolean'
const isNotification = (fields: Fields): fields is Fields & NotificationFrame =>
  fields['notification'] === true && isNamed(fields)

/** Reads a frame; undefined where the text is none. */
export function parseFrame(text: string): Frame | undefined {
  const value = parseJson(text)
  if (!isRecord(value)) return undefined
  if (value['channel'] !== undefined && typeof value['channel'] !== 'string') return undefined
  return isRequest(value) || isResponse(value) || isNotification(value) ? value : undefined
}

/** An error as the failed response that carries it. */
export function failedResponse(id: number, error: CodedError): ResponseFrame {
  const { code, retry, field, retryAfterMs } = error
  const wire: WireError = {
    code,
    retry,
    ...(field === undefined ? {} : { field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
  return { response: true, id, ok: false, errorCode: error.status, errorReason: error.message, error: wire }
}

function errorOf(frame: ResponseFrame & { ok: false }): CodedError {
  const wire = isRecord(frame.error) ? (frame.error as Partial<WireError>) : {}
  return new CodedError({
    code: wire.code ?? 'internal',
    message: String(frame.errorReason),
    status: Number(frame.errorCode),
    retry: wire.retry ?? 'never',
    ...(wire.field === undefined ? {} : { field: wire.field }),
    ...(wire.retryAfterMs === undefined ? {} : { retryAfterMs: wire.retryAfterMs }),
  })
}

/** Makes the peer of a connection. It uses nothing of Node, so browsers run it too. */
export function createPeer(options: PeerOptions): Peer {
  const { socket, clock } = options
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let serving = 0
  let closed = false

  const send = (frame: Frame): void => {
    if (!closed) socket.send(JSON.stringify(frame))
  }

  async function reply(frame: ResponseFrame): Promise<void> {
    if (socket.sendInTurn === undefined) return send(frame)
    if (!closed) await socket.sendInTurn(() => JSON.stringify(frame))
  }

  async function serve(frame: RequestFrame): Promise<void> {
    const incoming: Incoming = { method: frame.method, data: frame.data, channel: frame.channel }
    serving++
    try {
      if (serving > options.maxConcurrentRequests) throw commonErrors.raise.too_many({ what: 'requests at once' })
      const data = await options.onRequest(incoming)
      await reply({ response: true, id: frame.id, ok: true, ...(data === undefined ? {} : { data }) })
    } catch (thrown) {
      const error = asCodedError(thrown)
      options.onRequestError?.(incoming, error)
      send(failedResponse(frame.id, error))
    } finally {
      serving--
    }
  }

  function answer(frame: ResponseFrame): void {
    const asked = waiting.get(frame.id)
    if (!asked) return
    waiting.delete(frame.id)
    asked.timer.cancel()
    if (frame.ok) asked.resolve(frame.data)
    else asked.reject(errorOf(frame))
  }

  function end(code: number, reason: string): void {
    if (closed) return
    closed = true
    for (const asked of waiting.values()) {
      asked.timer.cancel()
      asked.reject(commonErrors.raise.unavailable({ what: 'The other side of the connection' }))
    }
    waiting.clear()
    options.onClose(code, reason)
  }

  function close(code: number, reason: string): void {
    socket.close(code, reason)
    end(code, reason)
  }

  socket.onText = (text) => {
    if (closed) return
    const frame = parseFrame(text)
    if (!frame) close(closeCodeBadFrame, 'not a frame of this protocol')
    else if ('request' in frame) void serve(frame)
    else if ('response' in frame) answer(frame)
    else options.onNotification({ method: frame.method, data: frame.data, channel: frame.channel })
  }
  socket.onClose = end

  return {
    request(method, data, { channel, timeoutMs = options.requestTimeoutMs } = {}) {
      if (closed) return Promise.reject(commonErrors.raise.unavailable({ what: 'The connection' }))
      const id = ++lastId
      return new Promise((resolve, reject) => {
        const timer = clock.after(timeoutMs, () => {
          waiting.delete(id)
          reject(commonErrors.raise.timeout({ what: method, timeoutMs }))
        })
        waiting.set(id, { resolve, reject, timer })
        send({
          request: true,
          id,
          method,
          ...(data === undefined ? {} : { data }),
          ...(channel === undefined ? {} : { channel }),
        })
      })
    },
    notify(method, data, channel) {
      send({ notification: true, method, ...(data === undefined ? {} : { data }), ...(channel === undefined ? {} : { channel }) })
    },
    close,
    get closed() {
      return closed
    },
  }
}
