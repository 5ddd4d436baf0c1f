import type { MediaNodePool } from '../../crds/index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { personOf } from '../ledger/people/moves.ts'
import { acceptLimit } from '../placement/filters.ts'
import { maySpread } from '../placement/spread.ts'
import { poolsFor } from '../placement/pools.ts'
import { edgeVersionOf } from '../placement/standing.ts'
import type { Decision, PlacementView, Wish } from '../placement/view.ts'

type Put = Extract<Decision, { result: 'tryAfter' }>

/** Wait in line: so many stand before them, and one. */
export interface Queued {
  readonly result: 'queued'
  readonly code: Put['code']
  readonly reason: string
  readonly position: number
  readonly retryAfterMs: number
}

/** Whose turn it is where there are more people than room. */
export interface Turns {
  /** The decision as it stands, or that they wait: for media nodes that are about to start, or for whoever waits longer. */
  take(view: PlacementView, wish: Wish, decision: Decision): Decision | Queued
}

/** How long until one asks again: while nodes start, about as long as a Pod needs to come nearer; while there is room, as long as a turn. */
const waitMs = { starting: { least: 1_500, jitter: 1_000 }, turn: { least: 300, jitter: 300 } } as const

const namesOf = (pools: readonly MediaNodePool[]): readonly string[] => pools.map(({ metadata }) => metadata.name)

/**
 * Makes the turns. Who would open a segment waits while more people stand before them than media nodes have room: each of those finds one
 * when they ask next. Who finds room on a segment of their own meeting, or comes back into it, never waits behind strangers.
 */
export function createTurns({ ledger, random }: { ledger: Ledger; random: () => number }): Turns {
  const { line, coming } = ledger

  function delay({ least, jitter }: { least: number; jitter: number }): number {
    return Math.round(least + random() * jitter)
  }

  /** Whether more nodes of the pool have room than `count`. */
  function hasRoomBeside(view: PlacementView, pool: string, count: number): boolean {
    const edgeVersion = edgeVersionOf(view)
    let room = 0
    for (const node of view.open(pool, edgeVersion).inOrder()) {
      if (node.newSegmentLoad >= acceptLimit) return false
      room += 1
      if (room > count) return true
    }
    return false
  }

  function queue(
    view: PlacementView,
    person: string,
    of: { pools: readonly string[]; code: Put['code']; why: string; retryAfterMs: number },
  ): Queued | Put {
    const { pools, code, why, retryAfterMs } = of
    const waits = line.wait(person, pools, { nowMs: view.nowMs, retryAfterMs })
    if (!waits) return { result: 'tryAfter', code, reason: `${why}; too many wait already` }
    const position = line.ahead(person, pools, view.nowMs) + 1
    return { result: 'queued', code, reason: `${why}; number ${position} in line`, position, retryAfterMs }
  }

  function whilePlaced(view: PlacementView, wish: Wish, decision: Extract<Decision, { result: 'placed' }>): Decision | Queued {
    const person = personOf(wish, wish.participant)
    const { pool } = decision.node.object.spec
    const ahead = decision.segment !== undefined || wish.replaces !== undefined ? 0 : line.ahead(person, [pool], view.nowMs)
    if (ahead === 0 || hasRoomBeside(view, pool, ahead)) {
      line.leave(person)
      return decision
    }
    const why = `${ahead} wait longer for the media nodes of ${pool}`
    const choice = poolsFor(view, wish)
    const pools = 'pools' in choice ? namesOf(choice.pools) : [pool]
    return queue(view, person, { pools, code: 'nodes_full', why, retryAfterMs: delay(waitMs.turn) })
  }

  function whilePutOff(view: PlacementView, wish: Wish, decision: Put): Put | Queued {
    const person = personOf(wish, wish.participant)
    const choice = poolsFor(view, wish)
    const pools = 'pools' in choice && maySpread(view) ? choice.pools : []
    const count = coming.count(pools, view.nowMs)
    if (count === 0) {
      line.leave(person)
      return decision
    }
    const { code, reason } = decision
    const why = `${reason}; ${count === 1 ? 'one is' : `${count} are`} about to start`
    return queue(view, person, { pools: namesOf(pools), code, why, retryAfterMs: delay(waitMs.starting) })
  }

  return {
    take(view, wish, decision) {
      if (decision.result === 'placed') return line.size === 0 ? decision : whilePlaced(view, wish, decision)
      if (decision.result === 'tryAfter') return whilePutOff(view, wish, decision)
      line.leave(personOf(wish, wish.participant))
      return decision
    },
  }
}
