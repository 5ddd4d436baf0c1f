const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const yearMs = 365 * dayMs

/** `2d3h`; the smaller unit is left out where it is zero. */
function pair(durationMs: number, bigMs: number, units: { big: string; smallMs: number; small: string }): string {
  const small = Math.floor((durationMs % bigMs) / units.smallMs)
  return `${Math.floor(durationMs / bigMs)}${units.big}${small === 0 ? '' : `${small}${units.small}`}`
}

/** Below each bound, how a duration is written. The bounds are apimachinery's `duration.HumanDuration`. */
const scales: readonly { readonly belowMs: number; readonly write: (durationMs: number) => string }[] = [
  { belowMs: -secondMs, write: () => '<invalid>' },
  { belowMs: 0, write: () => '0s' },
  { belowMs: 2 * minuteMs, write: (durationMs) => `${Math.floor(durationMs / secondMs)}s` },
  { belowMs: 10 * minuteMs, write: (durationMs) => pair(durationMs, minuteMs, { big: 'm', smallMs: secondMs, small: 's' }) },
  { belowMs: 3 * hourMs, write: (durationMs) => `${Math.floor(durationMs / minuteMs)}m` },
  { belowMs: 8 * hourMs, write: (durationMs) => pair(durationMs, hourMs, { big: 'h', smallMs: minuteMs, small: 'm' }) },
  { belowMs: 2 * dayMs, write: (durationMs) => `${Math.floor(durationMs / hourMs)}h` },
  { belowMs: 8 * dayMs, write: (durationMs) => pair(durationMs, dayMs, { big: 'd', smallMs: hourMs, small: 'h' }) },
  { belowMs: 2 * yearMs, write: (durationMs) => `${Math.floor(durationMs / dayMs)}d` },
  { belowMs: 8 * yearMs, write: (durationMs) => pair(durationMs, yearMs, { big: 'y', smallMs: dayMs, small: 'd' }) },
]

/** A duration in two or three significant figures, as kubectl shows ages. */
export function humanDuration(durationMs: number): string {
  const scale = scales.find(({ belowMs }) => durationMs < belowMs)
  return scale ? scale.write(durationMs) : `${Math.floor(durationMs / yearMs)}y`
}

/** How long ago an RFC 3339 time was, as kubectl shows it. */
export function ageOf(time: string | undefined, nowMs: number): string {
  const atMs = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isFinite(atMs) ? humanDuration(nowMs - atMs) : '<unknown>'
}
