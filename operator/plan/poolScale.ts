import type { Disruption } from '../pods/disruptions.ts'
import type { MemberView } from '../view/memberView.ts'

/** How many media nodes a pool gets and loses now. */
export interface ScalePlan {
  readonly create: number
  /** Members that leave, since there are too many. */
  readonly remove: readonly MemberView[]
  /** Members that were to leave, and may stay. */
  readonly revive: readonly MemberView[]
}

/** What a pool's size is planned from. */
export interface ScaleView {
  readonly members: readonly MemberView[]
  readonly desired: number
  readonly template: string
}

/** One that had a Pod and has none has lost it, and goes too; one that had none may be about to get it. */
const isGoing = ({ deleted, pod, everHeard, ran }: MemberView): boolean =>
  deleted || (pod === undefined ? everHeard || ran : pod.killedAtMs !== undefined || pod.state.at === 'over')

/** The members that count: nobody and nothing empties them. */
export function stayingMembers(members: readonly MemberView[]): readonly MemberView[] {
  return members.filter((member) => !isGoing(member) && member.disruptions.length === 0 && !member.drainedByUser)
}

const isScaleIn = ({ source }: Disruption): boolean => source === 'ScaleIn'

/** The members that leave for no other reason than that there were too many, the one with the most people first. */
function revivable({ members }: ScaleView): readonly MemberView[] {
  return members
    .filter((member) => !isGoing(member) && !member.drainedByUser)
    .filter(({ disruptions }) => disruptions.length > 0 && disruptions.every(isScaleIn))
    .toSorted((a, b) => b.people - a.people || byAge(a, b))
}

/** The oldest first, then by name: two of the same second stand in one order everywhere. */
export function byAge(a: MemberView, b: MemberView): number {
  return a.createdAtMs - b.createdAtMs || (a.name < b.name ? -1 : 1)
}

/**
 * Who leaves first: who would have to leave anyway for a newer template, then who has the fewest people, then who is not ready, then the
 * newest.
 */
function victims(staying: readonly MemberView[], template: string): readonly MemberView[] {
  const isOutdated = (member: MemberView): number => Number(member.template !== template)
  const isReady = ({ state }: MemberView): number => Number(state === 'ready')
  return staying.toSorted(
    (a, b) => isOutdated(b) - isOutdated(a) || a.people - b.people || isReady(a) - isReady(b) || byAge(b, a),
  )
}

/** One more than desired is right while a newer template comes in: it is there before an older one leaves. */
function isTooMany(staying: readonly MemberView[], { desired, template }: ScaleView): boolean {
  const current = staying.filter((member) => member.template === template).length
  const isRolling = desired > 0 && current > 0 && current < staying.length
  return staying.length > (isRolling ? desired + 1 : desired)
}

/** Who leaves, so that those who stay are not too many. */
function surplus(staying: readonly MemberView[], view: ScaleView): readonly MemberView[] {
  const inOrder = victims(staying, view.template)
  const count = inOrder.findIndex((_, index) => !isTooMany(inOrder.slice(index), view))
  return inOrder.slice(0, count < 0 ? inOrder.length : count)
}

/** Plans a pool's size. Who was to leave stays before anybody is made. */
export function planScale(view: ScaleView): ScalePlan {
  const staying = stayingMembers(view.members)
  const short = view.desired - staying.length
  if (short > 0) {
    const revive = revivable(view).slice(0, short)
    return { create: short - revive.length, remove: [], revive }
  }
  return { create: 0, remove: surplus(staying, view), revive: [] }
}
