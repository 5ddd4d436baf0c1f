import { oneMoreTurnedAway, type TurnedAwayFor } from '../ledger/meetings/turnedAway.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PlacementView } from '../placement/view.ts'
import { countStep } from '../plan/steps.ts'

/** What is not told by the meeting's phase or by its condition Stalled, and lasts: a meeting settles within moments. */
const told: ReadonlySet<string> = new Set(['no_node_ready', 'nodes_full', 'meeting_locked', 'meeting_full'])

/**
 * Somebody is not let into a meeting: whoever asks why nobody is in it reads that. Of a meeting that is not known nothing is kept. The meeting is
 * looked at again where what is told of it changes, which is not at each try.
 */
export function noteTurnedAway(ledger: Ledger, { meeting, nowMs, wallMs }: PlacementView, why: TurnedAwayFor): void {
  if (meeting === undefined || !told.has(why.code)) return
  const before = meeting.turnedAway
  meeting.turnedAway = oneMoreTurnedAway(before, why, { nowMs, wallMs, stepOf: countStep })
  if (meeting.turnedAway.told !== before?.told) ledger.meetings.touch(meeting, nowMs)
}
