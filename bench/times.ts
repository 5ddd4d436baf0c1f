/** What many timed turns amount to, in microseconds. */
export interface Times {
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

const inMicroseconds = (nanoseconds: number): number => Math.round(nanoseconds / 10) / 100

/** Sums up times in nanoseconds. */
export function timesOf(nanoseconds: Float64Array): Times {
  const sorted = nanoseconds.toSorted()
  const at = (quantile: number): number => inMicroseconds(sorted[Math.floor(quantile * (sorted.length - 1))] ?? 0)
  const mean = inMicroseconds(sorted.reduce((sum, time) => sum + time, 0) / sorted.length)
  return { mean, p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) }
}

/** Times `turns` turns that do nothing: what of other times is the machine's and the clock's. */
export function emptyTimes(turns: number): Times {
  const times = new Float64Array(turns)
  for (let turn = 0; turn < turns; turn++) {
    const begun = process.hrtime.bigint()
    times[turn] = Number(process.hrtime.bigint() - begun)
  }
  return timesOf(times)
}
