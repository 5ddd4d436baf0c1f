/** Why a try to join was turned away, as it was answered. */
export interface TurnedAwayFor {
  /** Of the placement API. */
  readonly code: string
  readonly reason: string
}

/** Tries to join one meeting that were turned away since somebody was let in. */
export interface TurnedAway {
  readonly count: number
  /** Of the first, by the wall clock. */
  readonly sinceWallMs: number
  /** Of the last; monotonic. */
  readonly lastAtMs: number
  /** What people are told of them, and since when (monotonic): it follows them in steps, since a status must cost no write a join. */
  readonly told: TurnedAwayFor & { readonly count: number; readonly atMs: number }
}

/** When no more of them have come for so long, nobody is trying, and it is told no longer: clients that are put off ask again within a minute. */
export const turnedAwayForMs = 300_000
/** Another reason for the same number of tries is told at most so often: whoever asks in turns for this and that makes no writes. */
const anotherReasonAfterMs = 60_000

/** Those that are told of at this moment. */
export const turnedAwayLately = (known: TurnedAway | undefined, nowMs: number): TurnedAway | undefined =>
  known === undefined || nowMs - known.lastAtMs >= turnedAwayForMs ? undefined : known

interface At {
  readonly nowMs: number
  readonly wallMs: number
  /** The step of a count, as people are told it. */
  readonly stepOf: (count: number) => number
}

/** One more was turned away. Where `told` is another than before, it is news for the meeting's status. */
export function oneMoreTurnedAway(known: TurnedAway | undefined, why: TurnedAwayFor, { nowMs, wallMs, stepOf }: At): TurnedAway {
  const before = turnedAwayLately(known, nowMs)
  const { code, reason } = why
  const count = (before?.count ?? 0) + 1
  const isAnother = before !== undefined && before.told.code !== code && nowMs - before.told.atMs >= anotherReasonAfterMs
  const isNews = before === undefined || stepOf(count) !== stepOf(before.told.count) || isAnother
  return {
    count,
    sinceWallMs: before?.sinceWallMs ?? wallMs,
    lastAtMs: nowMs,
    told: isNews ? { code, reason, count, atMs: nowMs } : before.told,
  }
}
