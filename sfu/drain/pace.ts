import { drainPace, mayGoNow, type DrainShare } from '../api/drain.ts'

/** Somebody who is on a node that drains. */
export interface Leaving {
  readonly attachment: string
  /** The meeting's `namespace/name`. */
  readonly meeting: string
  /** How many people the meeting has, on this node and on others. */
  readonly of: number
  /** Their client can be told now; one whose connection is lost is told when it is back. */
  readonly reachable: boolean
  readonly mayPublish: boolean
}

/** Somebody who was told to go. */
export interface Told {
  readonly meeting: string
  readonly atMs: number
}

/** Who is not to be told before the deadline, as the order has it: meetings by `namespace/name`. */
export interface Staying {
  /** Everybody of these. */
  readonly stay: ReadonlySet<string>
  /** Of these, whoever may publish. */
  readonly publishersStay: ReadonlySet<string>
}

/** Drains that were ordered in one moment begin within this time, each at its own. */
export const startJitterMs = 3_000

const { settleMs } = drainPace
const secondMs = 1_000

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

/** Whether the order keeps them until the deadline. */
export const isToStay = ({ meeting, mayPublish }: Leaving, { stay, publishersStay }: Staying): boolean =>
  stay.has(meeting) || (mayPublish && publishersStay.has(meeting))

/**
 * Who is told to go next; undefined while nobody may be. Never more than `pace` people a second, and of one meeting never more than
 * {@link underWayHere} within {@link drainPace}.settleMs, so that a meeting goes on while its people move; but as the deadline comes near,
 * as many as have to, since a place that is sought is better than a connection that is closed.
 *
 * `told` is who was told within that time, `leftMs` the time until the deadline; times are monotonic, `random` yields [0, 1).
 */
export function nextToGo(of: {
  readonly people: readonly Leaving[]
  readonly told: readonly Told[]
  readonly staying: Staying
  /** Meetings whose budget is divided, by `namespace/name`. */
  readonly shares?: ReadonlyMap<string, DrainShare>
  /** People a second. */
  readonly pace: number
  readonly leftMs: number
  readonly nowMs: number
  readonly random: () => number
}): Leaving | undefined {
  const { told, nowMs, random, leftMs, shares } = of
  if (told.filter(({ atMs }) => nowMs - atMs < secondMs).length >= of.pace) return undefined
  const underWay = countBy(
    told.filter(({ atMs }) => nowMs - atMs < settleMs),
    ({ meeting }) => meeting,
  )
  const going = of.people.filter((person) => person.reachable && !isToStay(person, of.staying))
  const left = countBy(going, ({ meeting }) => meeting)
  const free = going.filter(({ meeting, of: size }) =>
    mayGoNow(
      { left: left.get(meeting) ?? 0, underWay: underWay.get(meeting) ?? 0, of: size, share: shares?.get(meeting) },
      leftMs,
    ),
  )
  return free[Math.floor(random() * free.length)]
}
