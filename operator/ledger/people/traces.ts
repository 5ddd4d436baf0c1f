/** Who leaves traces: a meeting, with the latest of them. */
export interface Tracing<T> {
  lastTrace: Trace<T> | undefined
}

/** That somebody has, or had, a part on a media node. It stands in two lists, theirs and the node's. */
export interface Trace<T> {
  /** Undefined once they are forgotten. */
  of: T | undefined
  readonly node: string
  /** The next older one of theirs. */
  readonly older: Trace<T> | undefined
  /** The node's list, and the next older one in it. */
  there: OnNode<T>
  before: Trace<T> | undefined
}

/** The traces on one node, the latest first; those of who is forgotten are taken out once they are more than the others. */
class OnNode<T> {
  last: Trace<T> | undefined = undefined
  #count = 0
  #over = 0

  /** Nothing but the list's own head is touched: the trace before lies somewhere that nobody has looked at for long. */
  put(trace: Trace<T>): void {
    trace.there = this
    trace.before = this.last
    this.last = trace
    this.#count += 1
  }

  /** One of them is of nobody any more. */
  noteOver(): void {
    this.#over += 1
    if (2 * this.#over > this.#count) this.#takeOut()
  }

  #takeOut(): void {
    let trace = this.last
    let later: Trace<T> | undefined
    this.last = undefined
    for (; trace !== undefined; trace = trace.before) {
      if (trace.of === undefined) continue
      if (later === undefined) this.last = trace
      else later.before = trace
      later = trace
    }
    if (later !== undefined) later.before = undefined
    this.#count -= this.#over
    this.#over = 0
  }
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
  readonly #onNode = new Map<string, OnNode<T>>()

  /** Leaves a trace on the node, unless there is one. */
  add(of: T, node: string): void {
    const known = traceOn(of, node)
    const there = this.#onNode.get(node) ?? this.#begin(node)
    if (known?.there === there) return
    const trace = known ?? { of, node, older: of.lastTrace, there, before: undefined }
    if (known === undefined) of.lastTrace = trace
    there.put(trace)
  }

  /** All who have a trace on the node, as they are now, the oldest first. */
  on(node: string): readonly T[] {
    const found: T[] = []
    for (let trace = this.#onNode.get(node)?.last; trace !== undefined; trace = trace.before)
      if (trace.of !== undefined) found.push(trace.of)
    return found.toReversed()
  }

  /** Forgets who was on the node; they still know that they were. */
  dropNode(node: string): void {
    const there = this.#onNode.get(node)
    // Some of its traces may come into the next list of that node: this one must not lead there.
    if (there !== undefined) there.last = undefined
    this.#onNode.delete(node)
  }

  /** Forgets all traces of one. */
  drop(of: T): void {
    for (let trace = of.lastTrace; trace !== undefined; trace = trace.older) {
      trace.of = undefined
      trace.there.noteOver()
    }
    of.lastTrace = undefined
  }

  #begin(node: string): OnNode<T> {
    const there = new OnNode<T>()
    this.#onNode.set(node, there)
    return there
  }
}
