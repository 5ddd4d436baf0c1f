/**
 * Whether a simulated process runs, is paused (SIGSTOP, a frozen machine, a long collection of garbage) or has ended. What would happen in
 * it waits while it is paused, and never happens once it has ended.
 */
export class ProcessLife {
  #alive = true
  #paused = false
  readonly #waiting: (() => void)[] = []
  readonly #endings: (() => void)[] = []

  get alive(): boolean {
    return this.#alive
  }

  get paused(): boolean {
    return this.#paused
  }

  /** Does it now, when the process goes on, or never. */
  run(act: () => void): void {
    if (!this.#alive) return
    if (this.#paused) this.#waiting.push(act)
    else act()
  }

  /** Resolves when the process runs: in the same turn while it does, never once it has ended. */
  awake(): Promise<void> {
    return new Promise((resolve) => this.run(resolve))
  }

  pause(): void {
    this.#paused = true
  }

  /** Goes on; what came meanwhile is handled in the order in which it came. */
  resume(): void {
    this.#paused = false
    for (const act of this.#waiting.splice(0)) this.run(act)
  }

  end(): void {
    if (!this.#alive) return
    this.#alive = false
    this.#waiting.length = 0
    for (const each of this.#endings.splice(0)) each()
  }

  /** Calls `end` when the process has ended. */
  onEnd(end: () => void): void {
    this.#endings.push(end)
  }
}
