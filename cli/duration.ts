const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Reads `90s`, `15m`, `6h` or `2d` as milliseconds; undefined where the text is none of these. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^([1-9]\d{0,5})([smhd])$/.exec(text)
  return match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : undefined
}

/** A span of time as kubectl says an age: `45s`, `12m`, `5h`, `3d`. */
export function shortDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)}m`
  if (seconds < 48 * 3_600) return `${Math.floor(seconds / 3_600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}

/** How long ago an RFC 3339 time was; undefined where there is none. */
export function ageOf(time: string | undefined, nowMs: number): string | undefined {
  return time === undefined ? undefined : shortDuration(nowMs - Date.parse(time))
}
