import { movedAwayMs } from '../../../sfu/api/move.ts'
import { afterLoss, heldAnew, holdAfter } from './damping.ts'
import type { Entry } from './entry.ts'
import { LostMedia, lostMediaCountsMs, type LostMediaReport } from './lostMedia.ts'
import { isEmptied } from './nodeEntry.ts'
import { silentForMs } from './nodeState.ts'
import { secondSignOf, type PipeWitnesses } from './signs.ts'

/** Of a pool, at most this share is suspected at once, but always one may be (Envoy ejects outliers within such a bound). */
const suspectShareAtMost = 0.3

/** For so long after a drain people may still come who were told to go: a media node keeps whom it told until they are elsewhere, and no longer than this. */
const letGoForMs = movedAwayMs.withoutPlace

/** Whether its agent said that it would end: that it does is no failure. */
const isStopping = ({ drainTold }: Entry): boolean => drainTold?.stopsAtMs !== undefined

/** Declares a node dead where it is silent and a second sign is seen; whether it did. `pipes` are only asked for where it is silent. */
export function judgeDeath(entry: Entry, pipes: () => PipeWitnesses, nowMs: number): boolean {
  if (entry.death !== undefined || silentForMs(entry, nowMs) === undefined) return false
  const { refusedAtMs, heardAtMs = -Infinity } = entry
  const sign = secondSignOf({
    refused: refusedAtMs !== undefined && refusedAtMs > heardAtMs,
    // Before it was heard, its Pod may merely not be known yet.
    podGone: entry.url === undefined && entry.heardAtMs !== undefined,
    pipes: pipes(),
    lostMedia: entry.lostMedia?.sign(nowMs),
  })
  if (sign === undefined) return false
  entry.death = `silent, and ${sign}`
  if (!isStopping(entry)) entry.flaps = afterLoss(entry.flaps, nowMs)
  return true
}

/** A load stream begins. `fresh`: another process than before answers, so what the node hosted is gone, unless it was to end. */
export function noteReturn(entry: Entry, { fresh }: { readonly fresh: boolean }, nowMs: number): void {
  const died = fresh && entry.death === undefined && !isStopping(entry)
  if (died) entry.flaps = afterLoss(entry.flaps, nowMs)
  if (entry.flaps !== undefined && (died || entry.death !== undefined)) entry.hold = holdAfter(entry.flaps, { fresh, nowMs })
  entry.death = undefined
  if (fresh) {
    entry.lostMedia = undefined
    entry.suspicion = undefined
  }
}

/** It was silent for a moment, not lost: a hold that was on is to be earned anew. */
export function noteBreak(entry: Entry, nowMs: number): void {
  if (entry.hold !== undefined) entry.hold = heldAnew(entry.hold, nowMs)
}

/** Changes what empties the node, and remembers until when something did, and since when nobody is on it. */
export function noteEmptied(entry: Entry, nowMs: number, change: () => void): void {
  const before = isEmptied(entry)
  change()
  entry.vacantSinceMs = entry.drainTold?.left === 0 ? (entry.vacantSinceMs ?? nowMs) : undefined
  if (isEmptied(entry)) entry.emptiedUntilMs = undefined
  else if (before) entry.emptiedUntilMs = nowMs
}

/** Whether its people are told to go, or were a moment ago: that they do not come back to it says nothing about it. */
const letsGo = (entry: Entry, nowMs: number): boolean =>
  isEmptied(entry) || nowMs - (entry.emptiedUntilMs ?? Number.NEGATIVE_INFINITY) < letGoForMs

/** What the pool has beside: nodes that take work, and nodes that are suspected. */
export interface PoolCounts {
  readonly open: number
  readonly suspects: number
}

/**
 * Somebody who is on the node lost their media there. Where several did, it is suspected while their reports are fresh, unless as many
 * nodes of its pool are as may be: people who lie together cannot close a pool. Of a node that is emptied it is no report: who was told to
 * go names it too.
 */
export function noteLostMedia(
  entry: Entry,
  told: { readonly report: LostMediaReport; readonly pool: PoolCounts },
  nowMs: number,
): void {
  if (letsGo(entry, nowMs)) return
  entry.lostMedia ??= new LostMedia()
  entry.lostMedia.note(told.report, nowMs)
  const why = entry.lostMedia.sign(nowMs)
  const isSuspect = (entry.suspicion?.untilMs ?? 0) > nowMs
  if (why === undefined || (!isSuspect && !maySuspect(told.pool))) return
  entry.suspicion = { untilMs: nowMs + lostMediaCountsMs, why }
}

function maySuspect({ open, suspects }: PoolCounts): boolean {
  return open > 1 && suspects < Math.max(1, Math.floor((open + suspects) * suspectShareAtMost))
}
