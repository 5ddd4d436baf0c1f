/**
 * Flap damping as BGP does it (RFC 2439): each loss of a media node adds to a penalty that halves with time; one that has grown too high
 * keeps the node out until it has decayed. The figures are those that the RFC and routers use, with a third of the usual half-life: a
 * media node is back in seconds.
 */
const perLoss = 1_000
const suppressAbove = 2_000
const reuseBelow = 750
const halfLifeMs = 300_000
/** However often it was lost, a node gets another chance after this (RFC 2439 bounds the penalty by the longest suppression). */
const suppressAtMostMs = 1_200_000
const penaltyAtMost = reuseBelow * 2 ** (suppressAtMostMs / halfLifeMs)

/** A node that came back anew is held until it was heard for three beats of its load stream. */
export const freshBootHoldMs = 3_000
/** One whose process went on was cut off, or hung: it is trusted again after ten times as much. */
export const sameBootHoldMs = 30_000

/** How often a media node was lost lately. Times are monotonic milliseconds. */
export interface Flaps {
  /** At `atMs`, the moment of the latest loss. */
  readonly penalty: number
  readonly atMs: number
  /** Losses that still count. */
  readonly losses: number
  /** Until when it is kept out; undefined where it was not lost too often. */
  readonly suppressedUntilMs: number | undefined
}

/** A media node is back and takes no work yet. */
export interface Hold {
  readonly untilMs: number
  readonly why: string
}

const penaltyAt = ({ penalty, atMs }: Flaps, nowMs: number): number => penalty * 2 ** (-(nowMs - atMs) / halfLifeMs)

/** The node is lost once more. */
export function afterLoss(before: Flaps | undefined, nowMs: number): Flaps {
  const left = before === undefined ? 0 : penaltyAt(before, nowMs)
  const penalty = Math.min(left + perLoss, penaltyAtMost)
  const isSuppressed = penalty > suppressAbove || (before?.suppressedUntilMs ?? 0) > nowMs
  const untilMs = nowMs + Math.ceil(halfLifeMs * Math.log2(penalty / reuseBelow))
  return {
    penalty,
    atMs: nowMs,
    losses: left < reuseBelow / 2 ? 1 : (before?.losses ?? 0) + 1,
    suppressedUntilMs: isSuppressed ? untilMs : undefined,
  }
}

const inWords = (durationMs: number): string =>
  durationMs < 90_000 ? `${Math.ceil(durationMs / 1_000)} s` : `${Math.round(durationMs / 60_000)} min`

/** For how long a node that was lost is held now that it is back. `fresh`: as a new process. */
export function holdAfter(flaps: Flaps, back: { readonly fresh: boolean; readonly nowMs: number }): Hold {
  const steadyMs = back.fresh ? freshBootHoldMs : sameBootHoldMs
  const suppressedMs = (flaps.suppressedUntilMs ?? 0) - back.nowMs
  if (suppressedMs <= steadyMs) {
    const how = back.fresh ? 'as a new process' : 'as the same process'
    return { untilMs: back.nowMs + steadyMs, why: `it was lost and is back ${how}: takes new work after ${inWords(steadyMs)}` }
  }
  const why = `it was lost ${flaps.losses} times lately: takes no new work for ${inWords(suppressedMs)}`
  return { untilMs: back.nowMs + suppressedMs, why }
}

/** The hold of a node that fell silent within it: it is to be heard steadily. */
export function heldAnew(hold: Hold, nowMs: number): Hold {
  return hold.untilMs <= nowMs ? hold : { ...hold, untilMs: Math.max(hold.untilMs, nowMs + freshBootHoldMs) }
}
