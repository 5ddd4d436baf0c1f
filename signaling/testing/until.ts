/** Lets the event loop turn until a condition holds: what other threads do (signatures) takes real time, whatever the clock of a test. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 20_000; turn++) {
    if (holds()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`still missing: ${what}`)
}
