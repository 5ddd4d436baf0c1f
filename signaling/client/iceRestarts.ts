import type { types } from 'mediasoup-client'

import type { Clock, Timer } from '../../kit/clock.ts'
import { asCodedError, type CodedError } from '../../kit/errors.ts'

/** A path that is `disconnected` this long gets new ICE credentials; shorter gaps heal by themselves. */
export const disconnectedPatienceMs = 2_000
/** Restarts of a client are at least this far apart, and at most so many a minute (Jicofo's limits). */
export const restartSpacingMs = 5_000
export const maxRestartsAMinute = 5
/** A path that stays down this long after a restart was answered: the media node cannot be reached from here. */
export const lostAfterRestartMs = 15_000
const minuteMs = 60_000

/** When a restart that is wanted now may be made, after those at `historyMs` (rising, the same clock). Pure. */
export function restartAllowedAtMs(historyMs: readonly number[], nowMs: number): number {
  const last = historyMs.at(-1)
  const spaced = last === undefined ? nowMs : Math.max(nowMs, last + restartSpacingMs)
  const inMinute = historyMs.at(-maxRestartsAMinute)
  return inMinute === undefined ? spaced : Math.max(spaced, inMinute + minuteMs)
}

type Direction = 'send' | 'recv'

interface Path {
  state: types.ConnectionState
  /** It was connected once: it can be lost. */
  wasConnected: boolean
  patience: Timer | undefined
  /** Since when it is down although a restart was answered. */
  lost: Timer | undefined
}

/** Options of {@link IceRestarts}. */
export interface IceRestartsOptions {
  readonly clock: Clock
  /** Gives one path new credentials; resolves when the media node has answered. */
  readonly restart: (direction: Direction) => Promise<void>
  /** The media node answers, or is known not to, but the path does not come back. Called again and again until it does. */
  readonly onLost: (error: CodedError | undefined) => void
}

/**
 * Decides when the paths of a session get new ICE credentials: after 2 s of `disconnected`, at once on `failed` and on a change of the
 * network, never more often than {@link restartAllowedAtMs} says.
 */
export class IceRestarts {
  readonly #options: IceRestartsOptions
  readonly #paths = new Map<Direction, Path>()
  /** Paths that wait for the next allowed moment. */
  readonly #due = new Set<Direction>()
  #history: readonly number[] = []
  #timer: Timer | undefined
  #closed = false

  constructor(options: IceRestartsOptions) {
    this.#options = options
  }

  /** A path changed its state. */
  onState(direction: Direction, state: types.ConnectionState): void {
    const path = this.#path(direction)
    path.state = state
    path.patience?.cancel()
    path.patience = undefined
    if (state === 'connected') path.wasConnected = true
    if (state === 'connected' || state === 'closed' || state === 'new') this.#settled(direction)
    if (state === 'disconnected') path.patience = this.#options.clock.after(disconnectedPatienceMs, () => this.#want(direction))
    if (state === 'failed') this.#want(direction)
  }

  /** The machine has another network: addresses that worked may be gone, whatever the paths say. */
  networkChanged(): void {
    for (const [direction, { state }] of this.#paths) if (state !== 'closed') this.#want(direction)
  }

  /** Signaling is there again: what is down may be asked for at once. */
  resumed(): void {
    for (const direction of this.#paths.keys()) this.#again(direction)
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    for (const path of this.#paths.values()) {
      path.patience?.cancel()
      path.lost?.cancel()
    }
  }

  #path(direction: Direction): Path {
    const path = this.#paths.get(direction) ?? { state: 'new', wasConnected: false, patience: undefined, lost: undefined }
    this.#paths.set(direction, path)
    return path
  }

  #settled(direction: Direction): void {
    const path = this.#path(direction)
    this.#due.delete(direction)
    path.lost?.cancel()
    path.lost = undefined
  }

  #want(direction: Direction): void {
    if (this.#closed) return
    this.#due.add(direction)
    if (this.#timer) return
    const nowMs = this.#options.clock.monotonicMs()
    const delayMs = restartAllowedAtMs(this.#history, nowMs) - nowMs
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = undefined
      void this.#restartDue()
    })
  }

  async #restartDue(): Promise<void> {
    const due = [...this.#due]
    this.#due.clear()
    if (due.length === 0) return
    const atMs = this.#options.clock.monotonicMs()
    this.#history = [...this.#history, atMs].slice(-maxRestartsAMinute)
    const asked = await Promise.all(due.map((direction) => this.#restartOne(direction)))
    // What never left this machine, for want of a connection, is no restart.
    if (!asked.includes(true)) this.#history = this.#history.filter((madeAtMs) => madeAtMs !== atMs)
  }

  /** Whether the media node was asked. */
  async #restartOne(direction: Direction): Promise<boolean> {
    const path = this.#path(direction)
    try {
      await this.#options.restart(direction)
      if (this.#closed || path.state === 'connected' || path.state === 'closed') return true
      path.lost ??= this.#options.clock.after(lostAfterRestartMs, () => this.#giveUp(path))
      path.patience = this.#options.clock.after(restartSpacingMs, () => this.#again(direction))
      return true
    } catch (thrown) {
      const error = asCodedError(thrown)
      if (this.#closed) return false
      path.patience = this.#options.clock.after(restartSpacingMs, () => this.#again(direction))
      if (error.retry === 'elsewhere' && path.state !== 'connected') this.#options.onLost(error)
      return error.code !== 'unavailable'
    }
  }

  #again(direction: Direction): void {
    const { state } = this.#path(direction)
    if (state === 'disconnected' || state === 'failed') this.#want(direction)
  }

  #giveUp(lost: Path): void {
    const path = lost
    path.lost = undefined
    if (this.#closed || !path.wasConnected || path.state === 'connected') return
    path.lost = this.#options.clock.after(restartSpacingMs, () => this.#giveUp(path))
    this.#options.onLost(undefined)
  }
}
