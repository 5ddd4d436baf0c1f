import { Queue, type Queued } from './queue.ts'

/** Who leaves traces: a meeting, with the latest of them. */
export interface Tracing<T> {
  lastTrace: Trace<T> | undefined
}

/** That somebody has, or had, a part on a media node. It stands in two lists, theirs and the node's. */
export interface Trace<T> extends Queued<Trace<T>> {
  readonly of: T
  readonly node: string
  /** The next older one of theirs. */
  readonly older: Trace<T> | undefined
}

/** Few are looked at: as many as there were nodes. */
function traceOn<T>({ lastTrace }: Tracing<T>, node: string): Trace<T> | undefined {
  let trace = lastTrace
  while (trace !== undefined && trace.node !== node) trace = trace.older
  return trace
}

/** Whether there ever was a part on a node. */
export const hasTraceOn = <T>(of: Tracing<T>, node: string): boolean => traceOn(of, node) !== undefined

/** Who has, or had, a part on which media node, both ways. Links, no sets: a set for each node and for each meeting is what joins would wait for. */
export class Traces<T extends Tracing<T>> {
  readonly #onNode = new Map<string, Queue<Trace<T>>>()

  /** Leaves a trace on the node, unless there is one. */
  add(of: T, node: string): void {
    const known = traceOn(of, node)
    const trace = known ?? { of, node, older: of.lastTrace, before: undefined, after: undefined }
    if (known === undefined) of.lastTrace = trace
    const there = this.#onNode.get(node) ?? new Queue<Trace<T>>()
    if (there.has(trace)) return
    there.put(trace)
    this.#onNode.set(node, there)
  }

  /** All who have a trace on the node, as they are now, the oldest first. */
  on(node: string): readonly T[] {
    const found: T[] = []
    for (let trace = this.#onNode.get(node)?.first(); trace !== undefined; trace = trace.after) found.push(trace.of)
    return found
  }

  /** Forgets who was on the node; they still know that they were. */
  dropNode(node: string): void {
    const there = this.#onNode.get(node)
    for (let first = there?.first(); first !== undefined; first = there?.first()) there?.delete(first)
    this.#onNode.delete(node)
  }

  /** Forgets all traces of one. */
  drop(of: T): void {
    for (let trace = of.lastTrace; trace !== undefined; trace = trace.older) this.#onNode.get(trace.node)?.delete(trace)
    of.lastTrace = undefined
  }
}
