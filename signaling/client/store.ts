import { emptyState, type MeetingState } from './state.ts'

/** Holds the one state of a client and tells who listens of each new one. */
export interface Store {
  readonly state: MeetingState
  /** Replaces the state by what `change` makes of it; the same object changes nothing. */
  update(change: (state: MeetingState) => MeetingState): void
  /** Calls `listener` after each change; the answer ends it. */
  subscribe(listener: (state: MeetingState) => void): () => void
}

/** Makes a {@link Store} with the empty state. */
export function createStore(): Store {
  const listeners = new Set<(state: MeetingState) => void>()
  let state = emptyState
  return {
    get state() {
      return state
    },
    update(change) {
      const next = change(state)
      if (next === state) return
      state = next
      for (const listener of [...listeners]) listener(next)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
