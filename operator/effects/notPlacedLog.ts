import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { MeetingName } from '../api/client.ts'
import type { PlacementRefusal } from '../api/placement.ts'

/** How somebody was not placed. */
export interface NotPlaced {
  readonly code: PlacementRefusal
  readonly reason: string
}

/** For so long those of one code are counted, once the first has been told. */
export const countedForMs = 10_000

/**
 * Tells of those who are not placed without a line for each, which under load is the most of what an operator writes: the first of a code at
 * once, with meeting and reason; those that follow within ten seconds in one line, by their number and the last reason. Each stands in a line of
 * level debug, and in the metrics.
 */
export function createNotPlacedLog({ clock, log }: { clock: Clock; log: Log }): (meeting: MeetingName, what: NotPlaced) => void {
  /** Those of a code since its last line. */
  const since = new Map<PlacementRefusal, { count: number; reason: string }>()

  function tellOthers(code: PlacementRefusal): void {
    const { count = 0, reason = '' } = since.get(code) ?? {}
    since.delete(code)
    if (count > 0) log.info({ code, count, durationMs: countedForMs, reason }, 'others not placed')
  }

  return ({ namespace, name }, { code, reason }) => {
    const fields = { namespace, meeting: name, code, reason }
    const known = since.get(code)
    if (known === undefined) {
      log.info(fields, 'not placed')
      since.set(code, { count: 0, reason })
      clock.after(countedForMs, () => tellOthers(code))
      return
    }
    known.count += 1
    known.reason = reason
    log.debug(fields, 'not placed')
  }
}
