import type { Clock, Timer } from '../../kit/clock.ts'

/** Asks many things at once of somebody who answers them together. */
export interface Gatherer<Item, Answer> {
  /** The answer to one; undefined where none came in time. Never rejects. */
  ask(item: Item): Promise<Answer | undefined>
}

/** What {@link createGatherer} needs. */
export interface GathererOptions<Item, Answer> {
  /** Asks a batch; its answers in the order of the items, undefined for one without. Where it rejects, or has fewer, the others have none. */
  readonly send: (items: readonly Item[], signal: AbortSignal) => Promise<readonly (Answer | undefined)[]>
  /** Bytes of an item in a batch. */
  readonly bytesOf: (item: Item) => number
  /** Whether somebody still waits for the answer; asked before the item is sent. */
  readonly isWanted: (item: Item) => boolean
  /** How long each item waits for its answer, its time in line included. */
  readonly timeoutMs: number
  /** Of one batch, which has one item at least; and of those that wait for the next ones: one more has no answer. */
  readonly atMost: { readonly items: number; readonly bytes: number; readonly waiting: number }
  readonly clock: Clock
}

interface Asked<Item, Answer> {
  readonly item: Item
  /** Monotonic. */
  readonly dueMs: number
  readonly timer: Timer
  readonly settle: (answer: Answer | undefined) => void
  isOver: boolean
}

/**
 * Makes a gatherer. One batch is under way at a time: what is asked in one turn of the event loop goes together, and what is asked until
 * the answers are there goes next. So batches grow with the load by themselves, and one item alone waits for nobody.
 */
export function createGatherer<Item, Answer>(options: GathererOptions<Item, Answer>): Gatherer<Item, Answer> {
  const { send, bytesOf, isWanted, timeoutMs, atMost, clock } = options
  let line: Asked<Item, Answer>[] = []
  let isUnderWay = false

  /** The first of the line, as many as make a batch. */
  function nextBatch(): readonly Asked<Item, Answer>[] {
    const batch: Asked<Item, Answer>[] = []
    let bytes = 0
    let looked = 0
    for (const asked of line) {
      const isSent = !asked.isOver && isWanted(asked.item)
      if (isSent) bytes += bytesOf(asked.item)
      if (batch.length === atMost.items || (batch.length > 0 && bytes > atMost.bytes)) break
      looked += 1
      if (isSent) batch.push(asked)
      else asked.settle(undefined)
    }
    line = line.slice(looked)
    return batch
  }

  /** Gives up when the time of its last item is over. */
  async function answer(batch: readonly Asked<Item, Answer>[]): Promise<void> {
    const abort = new AbortController()
    const leftMs = (batch.at(-1)?.dueMs ?? 0) - clock.monotonicMs()
    const timer = clock.after(leftMs, () => abort.abort(new Error(`no answers within ${timeoutMs} ms`)))
    const items = batch.map(({ item }) => item)
    const answers = await send(items, abort.signal).catch(() => [])
    timer.cancel()
    for (const [index, { settle }] of batch.entries()) settle(answers[index])
  }

  async function pump(): Promise<void> {
    for (let batch = nextBatch(); batch.length > 0; batch = nextBatch()) await answer(batch)
    isUnderWay = false
  }

  return {
    ask(item) {
      if (line.length >= atMost.waiting) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        const asked: Asked<Item, Answer> = {
          item,
          dueMs: clock.monotonicMs() + timeoutMs,
          isOver: false,
          timer: clock.after(timeoutMs, () => asked.settle(undefined)),
          settle(found) {
            asked.isOver = true
            asked.timer.cancel()
            resolve(found)
          },
        }
        line.push(asked)
        if (isUnderWay) return
        isUnderWay = true
        setImmediate(() => void pump())
      })
    },
  }
}
