/** A condition as its planner sees it: when it changed is the writer's business. */
export interface PlannedCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

/** A status but for the times of its conditions and the generation that it answers to. */
export type Planned<Status> = Omit<Status, 'conditions' | 'observedGeneration'> & {
  readonly conditions: readonly PlannedCondition[]
}

/** The longest sentence that a status takes. */
const longest = 1_024

/** A sentence cut to what a status takes. */
export const fitting = (text: string): string => (text.length <= longest ? text : `${text.slice(0, longest - 1)}…`)
