import type { Clock, Timer } from '../../kit/clock.ts'
import { asCodedError, commonErrors } from '../../kit/errors.ts'
import type { FrameSocket } from '../../kit/peer.ts'
import { edgeCloseCodes, type EdgeRequest } from '../api/edge.ts'
import { Link, type LinkHandlers } from './link.ts'
import type { PipePair } from './pipePair.ts'

export type Hello = EdgeRequest<'hello'>

/** Options of {@link Greeter}. */
export interface GreeterOptions {
  readonly clock: Clock
  readonly edgeVersion: number
  readonly pair: PipePair
  /** What this side says of itself, beside its end of the pipe. */
  readonly introduce: () => Omit<Hello, 'pipe' | 'peerTransportId'>
  /** Looks at the other side's hello before anything is done; throws to refuse it. */
  readonly admit: (hello: Hello, dialled: boolean) => void
  /** The pipes are joined: takes in the rest of the hello. */
  readonly heard: (hello: Hello) => void
  readonly handlers: { readonly asked: Omit<LinkHandlers['asked'], 'hello'>; readonly told: LinkHandlers['told'] }
  /** Both sides have said hello: all may be told. */
  readonly onUp: () => void
  /** The WebSocket is over, not by our own {@link Greeter.end}; `up` where both hellos had been said on it. */
  readonly onDown: (down: { code: number; up: boolean; error?: unknown }) => void
}

interface Greeting {
  readonly link: Link
  readonly dialled: boolean
  /** Ends a WebSocket on which the hellos do not come. */
  readonly deadline: Timer
  /** The other side's hello was heard, and the pipes are joined. */
  joined: boolean
  /** Both sides have said hello. */
  up: boolean
}

/** How long the two hellos may take. */
const greetingTimeoutMs = 15_000

/**
 * The WebSocket of an edge, from open to up: the side that dialled says hello, the other joins its end of the pipe and says hello back.
 * A newer WebSocket takes the place of an older one.
 */
export class Greeter {
  readonly #options: GreeterOptions
  #greeting: Greeting | undefined
  #serial: Promise<unknown> = Promise.resolve()

  constructor(options: GreeterOptions) {
    this.#options = options
  }

  /** The WebSocket, while both sides have said hello on it. */
  get link(): Link | undefined {
    return this.#greeting?.up ? this.#greeting.link : undefined
  }

  /** Whether a WebSocket is open, greeted or not; and who dialled it. */
  get open(): 'dialled' | 'accepted' | undefined {
    if (!this.#greeting) return undefined
    return this.#greeting.dialled ? 'dialled' : 'accepted'
  }

  begin(socket: FrameSocket, dialled: boolean): void {
    this.end('replaced')
    const { clock, edgeVersion, handlers } = this.#options
    const late = (): void => this.#fail(greeting, commonErrors.raise.timeout({ what: 'hello', timeoutMs: greetingTimeoutMs }))
    const link = new Link({
      socket,
      clock,
      edgeVersion,
      handlers: {
        asked: { ...handlers.asked, hello: (hello) => this.#hear(greeting, hello) },
        told: handlers.told,
        onClose: (code, error) => this.#down(greeting, { code, error }),
      },
    })
    const greeting: Greeting = { link, dialled, deadline: clock.after(greetingTimeoutMs, late), joined: false, up: false }
    this.#greeting = greeting
    if (dialled) this.#greet(greeting).catch((error: unknown) => this.#fail(greeting, error))
  }

  /** Says hello again on a WebSocket that is up; resolves whether the other side took it. */
  async again(): Promise<boolean> {
    const greeting = this.#greeting
    if (!greeting?.up) return false
    try {
      await this.#greet(greeting)
      return greeting === this.#greeting
    } catch (error) {
      this.#fail(greeting, error)
      return false
    }
  }

  /** Ends the WebSocket without a word to {@link GreeterOptions.onDown}. */
  end(why: keyof typeof edgeCloseCodes): void {
    const greeting = this.#greeting
    this.#greeting = undefined
    greeting?.deadline.cancel()
    greeting?.link.close(why)
  }

  /** Ends the WebSocket as if the network had done it, so that it is dialled again. */
  restart(why: keyof typeof edgeCloseCodes): void {
    const greeting = this.#greeting
    if (!greeting) return
    greeting.link.close(why)
    this.#down(greeting, { code: edgeCloseCodes[why] })
  }

  /** What changes the pipe goes one after another; nothing waits for the other side in its turn. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#serial.then(run)
    this.#serial = turn.catch(() => undefined)
    return turn
  }

  async #greet(greeting: Greeting): Promise<void> {
    try {
      await this.#sayHello(greeting)
    } catch (error) {
      if (!greeting.dialled || asCodedError(error).code !== 'pipe_unknown') throw error
      this.#options.pair.drop()
      await this.#sayHello(greeting)
    }
  }

  /** What hello says of producers and wants is true at the moment it is sent: other frames go before it or after it. */
  async #sayHello(greeting: Greeting): Promise<void> {
    const { address: pipe, remoteTransportId } = await this.#inTurn(() => {
      this.#checkCurrent(greeting)
      return this.#options.pair.offer()
    })
    this.#checkCurrent(greeting)
    const peerTransportId = remoteTransportId === undefined ? {} : { peerTransportId: remoteTransportId }
    await greeting.link.ask('hello', { ...this.#options.introduce(), pipe, ...peerTransportId })
  }

  /** A WebSocket that was let go meanwhile makes no pipe. */
  #checkCurrent(greeting: Greeting): void {
    if (greeting !== this.#greeting) throw commonErrors.raise.unavailable({ what: 'The edge' })
  }

  /** A hello on joined pipes is taken in at once, before the frames that follow it: they are about what it says. */
  async #hear(greeting: Greeting, hello: Hello): Promise<void> {
    this.#checkCurrent(greeting)
    const { pair, admit, heard } = this.#options
    admit(hello, greeting.dialled)
    if (!greeting.joined) return this.#inTurn(() => this.#join(greeting, hello))
    pair.checkSame(hello)
    heard(hello)
  }

  async #join(greeting: Greeting, hello: Hello): Promise<void> {
    this.#checkCurrent(greeting)
    const { pair, heard } = this.#options
    if (greeting.dialled) await pair.meet(hello)
    else await pair.answer(hello)
    this.#checkCurrent(greeting)
    greeting.joined = true
    heard(hello)
    if (greeting.dialled) this.#up(greeting)
    else void this.#greetBack(greeting)
  }

  async #greetBack(greeting: Greeting): Promise<void> {
    try {
      await this.#greet(greeting)
      this.#up(greeting)
    } catch (error) {
      this.#fail(greeting, error)
    }
  }

  #up(greeting: Greeting): void {
    if (greeting !== this.#greeting) return
    greeting.up = true
    greeting.deadline.cancel()
    this.#options.onUp()
  }

  #fail(greeting: Greeting, error: unknown): void {
    if (greeting !== this.#greeting) return
    greeting.link.close('protocol')
    this.#down(greeting, { code: edgeCloseCodes.protocol, error })
  }

  #down(greeting: Greeting, { code, error }: { code: number; error?: unknown }): void {
    if (greeting !== this.#greeting) return
    this.#greeting = undefined
    greeting.deadline.cancel()
    this.#options.pair.dropHalf()
    this.#options.onDown({ code, up: greeting.up, ...(error === undefined ? {} : { error }) })
  }
}
