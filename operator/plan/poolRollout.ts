import type { Disruption } from '../pods/disruptions.ts'
import type { MemberView } from '../view/memberView.ts'
import { byAge } from './poolScale.ts'

/** For how long a new Pod may look for room before an old one makes room for it. */
export const surgePatienceMs = 60_000
/** Where there was no room for the last one, the next one is not waited for as long. */
export const surgeRetryMs = 5_000

/**
 * How a newer template comes in, one member at a time.
 *
 * | step      | what holds                                            | what is done                                  |
 * | --------- | ----------------------------------------------------- | --------------------------------------------- |
 * | updated   | every member is of the pool's template                | nothing                                       |
 * | leaving   | an older member is being emptied                      | nothing: one at a time                        |
 * | surge     | as many as desired, all newer ones ready              | a newer one is made, above the desired number |
 * | waiting   | a newer one is not ready yet                          | nothing, until it has found no room for long  |
 * | replace   | a newer one is ready, or has found no room for long   | an older member is emptied                    |
 */
export type RolloutPlan =
  | { readonly step: 'updated' }
  | { readonly step: 'leaving'; readonly why: string; readonly forRoom: boolean }
  | { readonly step: 'surge'; readonly why: string }
  | { readonly step: 'waiting'; readonly why: string; readonly wakeAtWallMs: number | undefined }
  | { readonly step: 'replace'; readonly why: string; readonly members: readonly MemberView[]; readonly reason: ReplaceReason }

/**
 * Why an older member leaves: a newer one is there, a newer one found no room, or its own agent never ran. It stands in the member's
 * disruption, so that the next leader knows it too.
 */
export type ReplaceReason = 'Outdated' | 'NoRoom' | 'NeverRan'

/** What a rollout is planned from. */
export interface RolloutView {
  /** Those that stay, as far as the pool's size is concerned. */
  readonly staying: readonly MemberView[]
  readonly members: readonly MemberView[]
  readonly desired: number
  /** How many are missing and made now: that comes first. */
  readonly short: number
  readonly template: string
  /** Whether status says that the last one was replaced without a surge. */
  readonly hadNoRoom: boolean
  readonly wallMs: number
}

const isReady = ({ state }: MemberView): boolean => state === 'ready' || state === 'cordoned'

/** An older member whose agent never ran: nobody is on it, and nothing is to be waited for. */
const isBroken = ({ state, everHeard }: MemberView): boolean => state === 'pending' && !everHeard

const rolloutOf = ({ disruptions }: MemberView): Disruption | undefined => disruptions.find(({ source }) => source === 'Rollout')

const troubleOf = ({ trouble }: MemberView): string => trouble?.message ?? 'it is not ready yet'

/** When a newer member has looked for room for too long; undefined where that is not what it waits for. */
function outOfPatienceAtMs({ pod }: MemberView, hadNoRoom: boolean): number | undefined {
  if (pod?.state.at !== 'unscheduled') return undefined
  return pod.createdAtMs + (hadNoRoom ? surgeRetryMs : surgePatienceMs)
}

/** Who is emptied next: who has the fewest people, then the oldest. */
const next = (outdated: readonly MemberView[]): readonly MemberView[] =>
  outdated.toSorted((a, b) => a.people - b.people || byAge(a, b)).slice(0, 1)

function withSurge(view: RolloutView, newer: readonly MemberView[], outdated: readonly MemberView[]): RolloutPlan {
  const unready = newer.filter((member) => !isReady(member)).toSorted(byAge)[0]
  if (unready === undefined) {
    const made = newer.toSorted(byAge).at(-1)?.name ?? ''
    return { step: 'replace', why: `${made} is ready`, members: next(outdated), reason: 'Outdated' }
  }
  const why = `${unready.name}: ${troubleOf(unready)}`
  const patientUntilMs = outOfPatienceAtMs(unready, view.hadNoRoom)
  if (patientUntilMs === undefined || view.wallMs < patientUntilMs) {
    return { step: 'waiting', why, wakeAtWallMs: patientUntilMs }
  }
  return { step: 'replace', why, members: next(outdated), reason: 'NoRoom' }
}

/** Plans the next step of a rollout. */
export function planRollout(view: RolloutView): RolloutPlan {
  const { staying, members, desired, template } = view
  const outdated = staying.filter((member) => member.template !== template)
  const leaving = members.filter((member) => rolloutOf(member) !== undefined)
  if (outdated.length === 0 && leaving.length === 0) return { step: 'updated' }
  if (view.short > 0) return { step: 'waiting', why: `${view.short} media nodes are made first`, wakeAtWallMs: undefined }
  const broken = outdated.filter(isBroken)
  if (broken.length > 0) {
    const why = 'they were made from an older template and never ran'
    return { step: 'replace', why, members: broken, reason: 'NeverRan' }
  }
  if (leaving.length > 0) {
    const forRoom = leaving.some((member) => rolloutOf(member)?.reason === ('NoRoom' satisfies ReplaceReason))
    return { step: 'leaving', why: `${leaving.map(({ name }) => name).join(', ')} is being emptied`, forRoom }
  }
  const newer = staying.filter((member) => member.template === template)
  if (staying.length > desired) return withSurge(view, newer, outdated)
  const unready = newer.find((member) => !isReady(member))
  if (unready !== undefined) {
    return { step: 'waiting', why: `${unready.name}: ${troubleOf(unready)}`, wakeAtWallMs: undefined }
  }
  return { step: 'surge', why: `${outdated.length} of ${staying.length} media nodes are of an older template` }
}
