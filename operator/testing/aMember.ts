import type { Disruption } from '../pods/disruptions.ts'
import type { MemberView } from '../view/memberView.ts'
import type { PodView } from '../view/podView.ts'

/** The wall clock of these members; each is made a second after the one before. */
export const wallMs = Date.UTC(2026, 0, 1)

const runningPod: PodView = {
  uid: 'pod',
  createdAtMs: wallMs,
  scheduledAtMs: wallMs,
  killedAtMs: undefined,
  state: { at: 'running' },
  host: 'k1',
  guard: 'on',
  serving: 'true',
}

/** A media node of the template `new` that runs, is ready and has nobody on it. */
export function aMember(name: string, more: Partial<MemberView> & { readonly podView?: Partial<PodView> } = {}): MemberView {
  const { podView = {}, ...member } = more
  return {
    name,
    uid: `uid-${name}`,
    createdAtMs: wallMs,
    template: 'new',
    deleted: false,
    pod: { ...runningPod, uid: `pod-${name}`, ...podView },
    trouble: undefined,
    state: 'ready',
    people: 0,
    everHeard: true,
    ran: true,
    drainedByUser: false,
    disruptions: [],
    leaving: undefined,
    ...member,
  }
}

/** A member whose Pod has found no room for so long. */
export const unscheduled = (name: string, sinceMs: number, more: Partial<MemberView> = {}): MemberView =>
  aMember(name, {
    state: 'pending',
    everHeard: false,
    trouble: { reason: 'Unschedulable', message: 'no room' },
    podView: {
      state: { at: 'unscheduled', trouble: undefined },
      host: undefined,
      scheduledAtMs: undefined,
      createdAtMs: wallMs - sinceMs,
    },
    ...more,
  })

/** A disruption that began now. */
export const aDisruption = (source: Disruption['source']): Disruption => ({
  source,
  reason: 'Test',
  message: 'because',
  sinceMs: wallMs,
  deadlineMs: wallMs + 600_000,
})
