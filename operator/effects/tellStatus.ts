import type { Clock } from '../../kit/clock.ts'
import { kubeTime } from '../../kit/kubeTime.ts'
import { setConditions, type Condition } from '../kube/write/conditions.ts'
import type { EventRecorder } from '../kube/write/events.ts'
import type { KindRef, KubeObject, StatusOf } from '../kube/objects.ts'
import type { StatusWriter } from '../kube/write/statusWriter.ts'
import type { PlannedHappening } from '../plan/happenings.ts'
import type { PlannedCondition } from '../plan/planned.ts'

/** A kind whose status has conditions. */
interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] }
}

/** What is told of one object. */
export interface Telling<T extends Conditioned> {
  readonly kind: KindRef<T>
  readonly object: T
  readonly planned: Omit<StatusOf<T>, 'conditions' | 'observedGeneration'> & { readonly conditions: readonly PlannedCondition[] }
  /** What the new status makes of the last one. */
  readonly happened?: (before: StatusOf<T> | undefined) => readonly PlannedHappening[]
}

/** Tells statuses and, at transitions, Events. */
export interface StatusTeller {
  tell<T extends Conditioned>(telling: Telling<T>): void
  forget(uid: string): void
}

/**
 * Makes the teller. It remembers what it said last, since the object that the caches show may be older: the time of a condition's change
 * stays what it was said to be, and no transition is told twice.
 */
export function createStatusTeller(options: { writer: StatusWriter; recorder: EventRecorder; clock: Clock }): StatusTeller {
  const { writer, recorder, clock } = options
  const said = new Map<string, unknown>()
  return {
    tell<T extends Conditioned>({ kind, object, planned, happened }: Telling<T>) {
      const { uid, generation } = object.metadata
      const before = (said.get(uid) ?? object.status) as StatusOf<T> | undefined
      const conditions = setConditions(
        (before as Conditioned['status'])?.conditions,
        planned.conditions.map((condition) => ({
          ...condition,
          ...(generation === undefined ? {} : { observedGeneration: generation }),
        })),
        kubeTime(clock.nowMs()),
      )
      const status = {
        ...planned,
        ...(generation === undefined ? {} : { observedGeneration: generation }),
        conditions,
      } as StatusOf<T>
      said.set(uid, status)
      for (const happening of happened?.(before) ?? []) recorder.record(object, happening)
      writer.write(kind, object, status)
    },
    forget: (uid) => void said.delete(uid),
  }
}
