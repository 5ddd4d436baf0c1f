/** One segment, as far as its part of the meeting's places goes. */
export interface PlaceHolder {
  readonly node: string
  /** Seats taken there, by grant or by presence. */
  readonly seats: number
  /** How many people it was told to let in last. */
  readonly told: number
  /** How many it may be letting in at most, by orders that it may or may not have taken. */
  readonly atMost: number
  /** Whether it takes new people now. */
  readonly open: boolean
}

/** What each segment is told next, by node: those that give up some do so first. */
export interface PlaceShares {
  /** What each has until the others have given up theirs: never more than it was told before. */
  readonly keeps: ReadonlyMap<string, number>
  /** What each has once all that are to have less have said so. */
  readonly gets: ReadonlyMap<string, number>
}

const sum = (holders: readonly PlaceHolder[], of: (holder: PlaceHolder) => number): number =>
  holders.reduce((total, holder) => total + of(holder), 0)

/** The taken seats where they are, as far as there are places; and what is left in equal parts to those that take new people. */
function equalParts(capacity: number, holders: readonly PlaceHolder[]): ReadonlyMap<string, number> {
  let left = capacity
  const seats = new Map<string, number>()
  for (const { node, seats: taken } of holders) {
    seats.set(node, Math.min(taken, left))
    left -= seats.get(node) ?? 0
  }
  const open = holders.filter((holder) => holder.open)
  open.forEach(({ node }, at) => {
    const part = Math.floor(left / open.length) + (at < left % open.length ? 1 : 0)
    seats.set(node, (seats.get(node) ?? 0) + part)
  })
  return seats
}

/** Whether the parts are to be made anew: somebody has no place where they are to go, some places are nobody's, or there are too many. */
function mustChange(capacity: number, holders: readonly PlaceHolder[]): boolean {
  const isShort = holders.some(({ open, seats, told }) => open && seats > told)
  const anyIsOpen = holders.some(({ open }) => open)
  return isShort || sum(holders, ({ told }) => told) > capacity || (anyIsOpen && sum(holders, ({ atMost }) => atMost) < capacity)
}

/**
 * Shares the places of a meeting out among its segments, so that each lets people in by itself and all of them together never more than it has
 * (the escrow method: O'Neil, "The Escrow Transactional Method", 1986). What stands stays while it does; else all get equal parts of what
 * is free, so that the next change is far. A place goes from one segment to another in two steps, and is nobody's between them.
 */
export function sharePlaces(capacity: number, holders: readonly PlaceHolder[]): PlaceShares {
  const inOrder = holders.toSorted((a, b) => (a.node < b.node ? -1 : 1))
  const told = new Map(inOrder.map((holder) => [holder.node, holder.told]))
  const wanted = mustChange(capacity, inOrder) ? equalParts(capacity, inOrder) : told
  const keeps = new Map(inOrder.map((holder) => [holder.node, Math.min(holder.told, wanted.get(holder.node) ?? 0)]))
  let free = Math.max(0, capacity - sum(inOrder, ({ atMost }) => atMost))
  const gets = new Map<string, number>()
  for (const [node, kept] of keeps) {
    const more = Math.min((wanted.get(node) ?? 0) - kept, free)
    free -= more
    gets.set(node, kept + more)
  }
  return { keeps, gets }
}
