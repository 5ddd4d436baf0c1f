/** Somebody who is on a node that drains. */
export interface Leaving {
  readonly attachment: string
  /** The meeting's `namespace/name`. */
  readonly meeting: string
  /** Their client can be told now; one whose connection is lost is told when it is back. */
  readonly reachable: boolean
}

/** Somebody who was told to go. */
export interface Told {
  readonly meeting: string
  readonly atMs: number
}

/** At most so many people of one meeting are under way at a time, or this share of them where that is more. */
export const atOnce = { people: 10, share: 0.05 } as const
/** At most so many people a second leave one node. */
export const movesPerSecond = 20
/** For how long somebody who was told to go counts as under way: finding another place, ICE and DTLS take one to three seconds. */
export const settleMs = 3_000
/** Drains that were ordered in one moment begin within this time, each at its own. */
export const startJitterMs = 3_000

const secondMs = 1_000

/** How many people of a meeting of `size` people may be under way at a time. */
export const atOnceOf = (size: number): number => Math.max(atOnce.people, Math.ceil(size * atOnce.share))

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

/**
 * Who is told to go next; undefined while nobody may be. Never more than {@link movesPerSecond} people a second, and of one meeting never
 * more than {@link atOnceOf} within {@link settleMs}, so that a meeting goes on while its people move.
 *
 * `told` is who was told within {@link settleMs}, `stay` the meetings that have nowhere to go; times are monotonic, `random` yields [0, 1).
 */
export function nextToGo(of: {
  readonly people: readonly Leaving[]
  readonly told: readonly Told[]
  readonly stay: ReadonlySet<string>
  readonly nowMs: number
  readonly random: () => number
}): Leaving | undefined {
  const { people, told, stay, nowMs, random } = of
  if (told.filter(({ atMs }) => nowMs - atMs < secondMs).length >= movesPerSecond) return undefined
  const underWay = countBy(
    told.filter(({ atMs }) => nowMs - atMs < settleMs),
    ({ meeting }) => meeting,
  )
  const sizes = countBy(people, ({ meeting }) => meeting)
  const free = people.filter(
    ({ meeting, reachable }) =>
      reachable && !stay.has(meeting) && (underWay.get(meeting) ?? 0) < atOnceOf(sizes.get(meeting) ?? 0),
  )
  return free[Math.floor(random() * free.length)]
}
