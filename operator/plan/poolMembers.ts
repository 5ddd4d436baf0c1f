import type { Disruption } from '../pods/disruptions.ts'
import type { MemberView } from '../view/memberView.ts'
import { planDisruptions } from './disruptions.ts'
import { planRollout, type ReplaceReason, type RolloutPlan } from './poolRollout.ts'
import { planScale, stayingMembers } from './poolScale.ts'

/** What a pool's members are planned from. */
export interface MembersView {
  readonly members: readonly MemberView[]
  readonly desired: number
  readonly template: string
  readonly hadNoRoom: boolean
  /** How long a drain may take. */
  readonly drainMs: number
  readonly wallMs: number
}

/** What should become of a pool's members. */
export interface MembersPlan {
  /** How many media nodes are to be made. */
  readonly create: number
  /** The disruptions of every member, by name. */
  readonly disruptions: ReadonlyMap<string, readonly Disruption[]>
  readonly rollout: RolloutPlan
  readonly hadNoRoom: boolean
  /** What is decided now, for people. */
  readonly decided: readonly { readonly reason: 'ScaledIn' | 'Revived' | 'RolledOut'; readonly message: string }[]
}

type Decision = Pick<Disruption, 'source' | 'reason' | 'message'>

/** A rollout that came to nothing: the pool has the member's template again. */
const without = (member: MemberView, drop: (disruption: Disruption) => boolean): MemberView => ({
  ...member,
  disruptions: member.disruptions.filter((disruption) => !drop(disruption)),
})

function seen(view: MembersView): readonly MemberView[] {
  return view.members
    .map((member) => ({ ...member, disruptions: planDisruptions(member, view) }))
    .map((member) => without(member, ({ source }) => source === 'Rollout' && member.template === view.template))
}

const replacement = (reason: ReplaceReason): Decision => ({
  source: 'Rollout',
  reason,
  message: 'its Pod is of an older template than the pool has',
})

const names = (members: readonly MemberView[]): string => members.map(({ name }) => name).join(', ')

/** Plans a pool's members: first how many there are, then of which template. */
export function planMembers(view: MembersView): MembersPlan {
  const { desired, template, drainMs, wallMs } = view
  const before = seen(view)
  const scale = planScale({ members: before, desired, template })
  const revived = new Set(scale.revive.map(({ name }) => name))
  const removed = new Set(scale.remove.map(({ name }) => name))
  const disrupted = (member: MemberView, decision: Decision): MemberView => ({
    ...member,
    disruptions: [...member.disruptions, { ...decision, sinceMs: wallMs, deadlineMs: wallMs + drainMs }],
  })
  const tooMany = { source: 'ScaleIn', reason: 'TooMany', message: `the pool is to have ${desired} media nodes` } as const
  const scaled = before.map((member) => {
    if (revived.has(member.name)) return without(member, ({ source }) => source === 'ScaleIn')
    return removed.has(member.name) ? disrupted(member, tooMany) : member
  })
  const staying = stayingMembers(scaled)
  const { hadNoRoom } = view
  const rollout = planRollout({ staying, members: scaled, desired, template, hadNoRoom, wallMs, short: scale.create })
  const replaced = new Set(rollout.step === 'replace' ? rollout.members.map(({ name }) => name) : [])
  const outdated = rollout.step === 'replace' ? replacement(rollout.reason) : undefined
  const after = scaled.map((member) =>
    outdated !== undefined && replaced.has(member.name) ? disrupted(member, outdated) : member,
  )
  return {
    create: scale.create + (rollout.step === 'surge' ? 1 : 0),
    disruptions: new Map(after.map(({ name, disruptions }) => [name, disruptions])),
    rollout,
    hadNoRoom,
    decided: [
      ...(scale.remove.length === 0
        ? []
        : [{ reason: 'ScaledIn' as const, message: `${names(scale.remove)} leaves: ${tooMany.message}` }]),
      ...(scale.revive.length === 0 ? [] : [{ reason: 'Revived' as const, message: `${names(scale.revive)} stays after all` }]),
      ...(rollout.step === 'replace'
        ? [{ reason: 'RolledOut' as const, message: `${names(rollout.members)} leaves: ${rollout.why}` }]
        : []),
    ],
  }
}
