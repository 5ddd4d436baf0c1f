/** Runs one thing at a time, and once more when it was asked for meanwhile. */
export interface Settler {
  /** Asks for a run; resolves when nothing is asked for any more. */
  poke(): Promise<void>
}

/**
 * Makes a {@link Settler}: level-triggered work, such as bringing producers to what is wanted, which looks at everything each time and
 * so needs no queue. `run` handles its own errors.
 */
export function createSettler(run: () => Promise<void>): Settler {
  let asked = false
  let running: Promise<void> | undefined
  async function settle(): Promise<void> {
    while (asked) {
      asked = false
      await run()
    }
  }
  return {
    poke() {
      asked = true
      running ??= settle().finally(() => (running = undefined))
      return running
    },
  }
}
