import type { Disruption } from '../pods/disruptions.ts'
import type { MemberView } from '../view/memberView.ts'
import { fitting } from './planned.ts'

/** What the pool decides; the others are seen. */
export const isDecided = ({ source }: Disruption): boolean => source === 'ScaleIn' || source === 'Rollout'

/** A disruption that begins now, or goes on since it was first seen: neither its beginning nor its deadline moves then. */
function lasting(member: MemberView, now: Omit<Disruption, 'sinceMs'>, wallMs: number): Disruption {
  const known = member.disruptions.find(({ source }) => source === now.source)
  return {
    ...now,
    message: fitting(now.message),
    sinceMs: known?.sinceMs ?? wallMs,
    deadlineMs: known?.deadlineMs ?? now.deadlineMs,
  }
}

/** What is seen of a member: its Kubernetes Node is to be left, its Pod is being deleted. */
function seenDisruptions(member: MemberView, { wallMs, drainMs }: { wallMs: number; drainMs: number }): readonly Disruption[] {
  const { leaving, pod } = member
  const killedAtMs = pod?.killedAtMs
  return [
    ...(leaving === undefined
      ? []
      : [lasting(member, { source: 'NodeCordoned', ...leaving, deadlineMs: wallMs + drainMs }, wallMs)]),
    ...(killedAtMs === undefined
      ? []
      : [
          {
            ...lasting(
              member,
              { source: 'Terminating', reason: 'PodDeleted', message: 'its Pod is being deleted', deadlineMs: killedAtMs },
              wallMs,
            ),
            deadlineMs: killedAtMs, // A second deletion may shorten it.
          },
        ]),
  ]
}

/** All disruptions of a member: what is seen of it now, and what its pool decided. `drainMs`: how long a drain of its pool may take. */
export function planDisruptions(member: MemberView, at: { wallMs: number; drainMs: number }): readonly Disruption[] {
  return [...seenDisruptions(member, at), ...member.disruptions.filter(isDecided)]
}
