import { z } from 'zod'

import type { Clock } from '../../kit/clock.ts'
import { commonErrors } from '../../kit/errors.ts'
import { createPeer, type FrameSocket, type Incoming, type Peer } from '../../kit/peer.ts'
import { invalidInput } from '../../kit/validation.ts'
import {
  edgeCloseCodes,
  edgeNotifications,
  edgeRequests,
  type EdgeMethod,
  type EdgeNotification,
  type EdgeNotificationMethod,
  type EdgeRequest,
} from '../api/edge.ts'
import { edgeVersionTold } from '../api/edgeVersion.ts'
import { sfuErrors } from '../api/errors.ts'

/** What an edge does with what the other side asks and tells; data was checked against the contract before. */
export interface LinkHandlers {
  readonly asked: { readonly [Method in EdgeMethod]: (data: EdgeRequest<Method>) => Promise<void> }
  readonly told: { readonly [Method in EdgeNotificationMethod]: (data: EdgeNotification<Method>) => void }
  /** Called once, unless the link was closed by this side; with the error where something that the other side told could not be taken in. */
  readonly onClose: (code: number, error?: unknown) => void
}

/** Options of {@link Link}. */
export interface LinkOptions {
  readonly socket: FrameSocket
  readonly clock: Clock
  /** That this side speaks. */
  readonly edgeVersion: number
  readonly handlers: LinkHandlers
}

/** All that versions of a hello have in common. */
const anyHello = z.looseObject({ edgeVersion: edgeVersionTold })

/** How long an answer over an edge may take: a pipe end is made meanwhile. */
const requestTimeoutMs = 5_000
/** A peer is one of us, and a large meeting pipes hundreds of tracks at once. */
const maxConcurrentRequests = 10_000

/** One WebSocket between two segments. */
export class Link {
  readonly #peer: Peer
  readonly #handlers: LinkHandlers
  readonly #edgeVersion: number
  #closedByUs = false

  constructor({ socket, clock, edgeVersion, handlers }: LinkOptions) {
    this.#handlers = handlers
    this.#edgeVersion = edgeVersion
    this.#peer = createPeer({
      socket,
      clock,
      requestTimeoutMs,
      maxConcurrentRequests,
      onRequest: (incoming) => this.#asked(incoming),
      onNotification: (incoming) => this.#told(incoming),
      onClose: (code) => {
        if (!this.#closedByUs) handlers.onClose(code)
      },
    })
  }

  get closed(): boolean {
    return this.#peer.closed
  }

  async ask<Method extends EdgeMethod>(method: Method, data: EdgeRequest<Method>): Promise<void> {
    await this.#peer.request(method, data)
  }

  tell<Method extends EdgeNotificationMethod>(method: Method, data: EdgeNotification<Method>): void {
    this.#peer.notify(method, data)
  }

  close(why: keyof typeof edgeCloseCodes): void {
    this.#closedByUs = true
    this.#peer.close(edgeCloseCodes[why], why)
  }

  async #asked({ method, data }: Incoming): Promise<void> {
    if (!Object.hasOwn(edgeRequests, method)) throw sfuErrors.raise.unknown_method({}, { field: 'method' })
    if (method === 'hello') this.#checkVersion(data)
    const parsed = edgeRequests[method as EdgeMethod].safeParse(data)
    if (!parsed.success) throw invalidInput(parsed.error, 'data')
    if (this.closed) throw commonErrors.raise.unavailable({ what: 'The edge' })
    await (this.#handlers.asked[method as EdgeMethod] as (data: unknown) => Promise<void>)(parsed.data)
  }

  /** Before all else: what another version says beside may mean something else. */
  #checkVersion(hello: unknown): void {
    const { success, data } = anyHello.safeParse(hello)
    const theirs = data?.edgeVersion ?? 1
    if (success && theirs !== this.#edgeVersion) throw sfuErrors.raise.edge_version({ ours: this.#edgeVersion, theirs })
  }

  /** A notification has no answer: one that does not fit, or cannot be taken in, ends the link, and nothing else. */
  #told({ method, data }: Incoming): void {
    if (!Object.hasOwn(edgeNotifications, method)) return this.#fail()
    const parsed = edgeNotifications[method as EdgeNotificationMethod].safeParse(data)
    if (!parsed.success) return this.#fail()
    try {
      ;(this.#handlers.told[method as EdgeNotificationMethod] as (data: unknown) => void)(parsed.data)
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error?: unknown): void {
    this.close('protocol')
    this.#handlers.onClose(edgeCloseCodes.protocol, error)
  }
}
