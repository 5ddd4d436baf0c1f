/** One aspect of an object's state, as metav1.Condition. */
export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly observedGeneration?: number
  readonly lastTransitionTime: string
}

/** A condition as its author sees it: when it changed is not his business. */
export type ConditionNow = Omit<Condition, 'lastTransitionTime'>

/**
 * The conditions with `now` in its place. `lastTransitionTime` (`at`, RFC 3339) moves only when the status changes, so that saying the
 * same again writes nothing. The order stays; a new type comes last.
 */
export function setCondition(conditions: readonly Condition[] | undefined, now: ConditionNow, at: string): readonly Condition[] {
  const known = conditions?.find(({ type }) => type === now.type)
  const lastTransitionTime = known?.status === now.status ? known.lastTransitionTime : at
  const next: Condition = { ...now, lastTransitionTime }
  if (!known) return [...(conditions ?? []), next]
  return (conditions ?? []).map((condition) => (condition.type === now.type ? next : condition))
}

/** Sets several conditions, in order. */
export function setConditions(
  conditions: readonly Condition[] | undefined,
  now: readonly ConditionNow[],
  at: string,
): readonly Condition[] {
  return now.reduce<readonly Condition[]>((so, condition) => setCondition(so, condition, at), conditions ?? [])
}
