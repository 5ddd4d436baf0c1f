/** Lets at most so many tasks run at once; the others wait in order. */
export interface Limiter {
  run<T>(task: () => Promise<T>): Promise<T>
}

/** Makes a limiter for `atOnce` tasks. */
export function createLimiter(atOnce: number): Limiter {
  const waiting: (() => void)[] = []
  let running = 0

  function release(): void {
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }

  return {
    async run(task) {
      if (running < atOnce) running += 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await task()
      } finally {
        release()
      }
    },
  }
}
