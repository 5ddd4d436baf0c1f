import type { MediaNodeStatus } from '../../crds/index.ts'
import type { DrainedMeeting, DrainView } from '../view/drainView.ts'
import { fitting } from './planned.ts'

/** A meeting of which somebody stays until the deadline, as it looks. */
export type Blocker = NonNullable<NonNullable<MediaNodeStatus['drain']>['blockers']>[number]

/** How many of them the message names. */
const namedAtMost = 3

const audience = 'whoever may publish stays by its spec.disruption'

function blockerOf({ meeting, here, held }: DrainedMeeting, staying: ReadonlySet<string>): readonly Blocker[] {
  if (here === 0) return []
  if (held !== undefined) return [{ meeting, reason: held.reason, message: fitting(held.why) }]
  return staying.has(meeting) ? [{ meeting, reason: 'AudienceOnly', message: audience }] : []
}

/** All that keep somebody, by name. That somebody who may publish is there is what the node says. */
export function planBlockers({ meetings, told }: DrainView): readonly Blocker[] {
  const staying = new Set(told?.staying?.map(({ meeting }) => meeting))
  return meetings.flatMap((each) => blockerOf(each, staying))
}

/** They in one sentence; undefined where there are none. */
export function toldBlockers(blockers: readonly Blocker[]): string | undefined {
  if (blockers.length === 0) return undefined
  const named = blockers.slice(0, namedAtMost).map(({ meeting, message }) => `${meeting}: ${message}`)
  const others = blockers.length > namedAtMost ? [`and ${blockers.length - namedAtMost} more`] : []
  return `people stay until the deadline: ${[...named, ...others].join('; ')}`
}
