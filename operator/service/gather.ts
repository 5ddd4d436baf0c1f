import type { Clock, Timer } from '../../kit/clock.ts'

/** Asks many things at once of somebody who takes them together. */
export interface Gatherer<Item, Answer> {
  /** The answer to one; undefined where none came in time. Never rejects. */
  ask(item: Item): Promise<Answer | undefined>
}

/** The answer to the item of a batch with that index. */
export type Numbered<Answer> = readonly [index: number, answer: Answer]

/** Tells each answer as it is there; resolves after the last one, rejects where they break off. */
export type Answers<Answer> = (hear: (answer: Numbered<Answer>) => void) => Promise<void>

/** What {@link createGatherer} needs. */
export interface GathererOptions<Item, Answer> {
  /**
   * Sends a batch; resolves once the other side has taken it, with the answers as they are ready, each with the index of its item; whoever has none at
   * their end gets none.
   */
  readonly send: (items: readonly Item[], signal: AbortSignal) => Promise<Answers<Answer>>
  /** Bytes of an item in a batch. */
  readonly bytesOf: (item: Item) => number
  /** Whether somebody still waits for the answer; asked before the item is sent. */
  readonly isWanted: (item: Item) => boolean
  /** How long an item waits for its answer, its time in line included. */
  readonly withinMs: (item: Item) => number
  /** How long the other side may leave a batch untaken, however long its items would wait: the next ones wait for that. */
  readonly takenWithinMs: number
  /**
   * Of one batch, which has one item at least; of those that wait for the next ones: one more has no answer; and of batches that are not answered whole: the
   * last of them is waited for.
   */
  readonly atMost: { readonly items: number; readonly bytes: number; readonly waiting: number; readonly batches: number }
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
 * Makes a gatherer. What is asked in one turn of the event loop goes together, and what is asked until the other side has taken that goes next. So
 * batches grow with the load by themselves, one item alone waits for nobody, and nobody waits for an item that takes its time.
 */
export function createGatherer<Item, Answer>(options: GathererOptions<Item, Answer>): Gatherer<Item, Answer> {
  const { send, bytesOf, isWanted, withinMs, takenWithinMs, atMost, clock } = options
  let line: Asked<Item, Answer>[] = []
  let isPumping = false
  let underWay = 0

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

  /** Resolves once the batch is taken, or lost; where too many are under way, once it is answered. It is given up when none of its items has time left. */
  async function begin(batch: readonly Asked<Item, Answer>[]): Promise<void> {
    const abort = new AbortController()
    const leftMs = Math.max(...batch.map(({ dueMs }) => dueMs)) - clock.monotonicMs()
    const giveUp = (): void => abort.abort(new Error('no answers in time'))
    const untaken = clock.after(Math.min(leftMs, takenWithinMs), giveUp)
    const timer = clock.after(leftMs, giveUp)
    const over = (): void => {
      timer.cancel()
      underWay -= 1
      for (const { settle } of batch) settle(undefined)
    }
    underWay += 1
    const items = batch.map(({ item }) => item)
    const taken = await send(items, abort.signal).catch(() => undefined)
    untaken.cancel()
    const heard = taken === undefined ? over() : taken(([index, answer]) => batch[index]?.settle(answer)).then(over, over)
    if (underWay >= atMost.batches) await heard
  }

  async function pump(): Promise<void> {
    for (let batch = nextBatch(); batch.length > 0; batch = nextBatch()) await begin(batch)
    isPumping = false
  }

  return {
    ask(item) {
      if (line.length >= atMost.waiting) return Promise.resolve(undefined)
      const timeoutMs = withinMs(item)
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
        if (isPumping) return
        isPumping = true
        setImmediate(() => void pump())
      })
    },
  }
}
