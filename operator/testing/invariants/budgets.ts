import { drainPace, isDraining, underWayAtMost, type DrainReport } from '../../../sfu/api/drain.ts'
import type { MeetingRef } from '../../../sfu/api/identity.ts'
import type { SegmentReport } from '../../../sfu/api/order.ts'
import type { FakeMediaNode } from '../fakes/fakeMediaNode.ts'
import { rosterOf } from '../fakes/fakeRoster.ts'
import type { ToldPerson } from '../world/simulatedEars.ts'
import type { Simulation } from '../world/simulation.ts'
import type { Check } from './check.ts'

const { settleMs } = drainPace

/** A media node that is emptied of a meeting. */
interface Emptied {
  readonly name: string
  /** People of the meeting who are there, and in all as far as the node knows. */
  readonly here: number
  readonly of: number
  /** Wall clock, and until then. */
  readonly deadlineAtMs: number
  readonly leftMs: number
  readonly share: NonNullable<NonNullable<DrainReport['ordered']>['shared']>[number] | undefined
}

const keyOf = ({ namespace, name }: MeetingRef): string => `${namespace}/${name}`

/** As many as have to go at a time for all to have settled before the deadline; 0 where that is one at a time. */
function inHurry({ here, leftMs }: Emptied): number {
  if (leftMs <= settleMs) return Infinity
  const atATime = Math.ceil((here * settleMs) / leftMs)
  return atATime > 1 ? atATime : 0
}

/** Somebody who was told, and who shared the budget of their meeting then. */
interface Telling {
  readonly node: string
  readonly atMs: number
  readonly parts: string
}

/**
 * While a meeting is moved off a media node, no more of its people are under way than its budget, unless the deadline asks for more; nor are they
 * from several nodes together, once each has been told its part.
 */
export class Budgets implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  /** By meeting. */
  readonly #told = new Map<string, readonly Telling[]>()

  constructor(simulation: Simulation) {
    this.#simulation = simulation
  }

  told({ node, meeting, why }: ToldPerson): void {
    if (why !== 'drain') return
    const nowMs = this.#simulation.clock.monotonicMs()
    const emptied = this.#emptiedOf(meeting)
    const parts = partsOf(emptied)
    const before = (this.#told.get(keyOf(meeting)) ?? []).filter(({ atMs }) => nowMs - atMs < settleMs)
    const told = [...before, { node, atMs: nowMs, parts }]
    this.#told.set(keyOf(meeting), told)
    const own = emptied.find(({ name }) => name === node)
    const here = told.filter((each) => each.node === node).length
    const shared = told.filter((each) => each.parts === parts).length
    const what = `people of ${meeting.name} are under way at ${nowMs}`
    if (own !== undefined && here > Math.max(underWayAtMost(own.of), inHurry(own)))
      this.faults.push(`${here} ${what}, of ${own.of}, from ${node}`)
    else if (isShared(emptied) && shared > underWayAtMost(Math.max(...emptied.map(({ of }) => of))))
      this.faults.push(`${shared} ${what}, from ${emptied.map(({ name }) => name).join(' and ')}`)
  }

  /** The nodes whose drain has people of the meeting go. */
  #emptiedOf(meeting: MeetingRef): readonly Emptied[] {
    const { nodes, down } = this.#simulation
    return [...nodes.values()].flatMap((node) => {
      const report = down.has(node.name) ? undefined : node.segments().find((each) => keyOf(each.meeting) === keyOf(meeting))
      return report === undefined || report.participants.length === 0 ? [] : this.#emptied(node, report)
    })
  }

  #emptied(node: FakeMediaNode, { meeting, participants }: SegmentReport): readonly Emptied[] {
    const { ordered, stopsAtMs } = node.drainReport()
    const isStaying = ordered?.stay.includes(keyOf(meeting)) ?? false
    if (!isDraining({ ordered, stopsAtMs }) || isStaying) return []
    const deadlineAtMs = Math.min(ordered?.deadlineAtMs ?? Infinity, stopsAtMs ?? Infinity)
    const here = participants.length
    return [
      {
        ...{ name: node.name, here, of: Math.max(here, rosterOf(this.#simulation.nodes, meeting, node.name).size) },
        deadlineAtMs,
        leftMs: deadlineAtMs - this.#simulation.clock.nowMs(),
        share: ordered?.shared?.find((each) => each.meeting === keyOf(meeting)),
      },
    ]
  }
}

/** Whether several nodes share the budget, each has its own part of it, and none is in a hurry. */
function isShared(emptied: readonly Emptied[]): boolean {
  const given = new Set(emptied.map(({ share }) => share?.part))
  const isWhole = emptied.every(({ share }) => share?.nodes === emptied.length) && !given.has(undefined)
  return emptied.length > 1 && isWhole && emptied.every((each) => inHurry(each) === 0)
}

/** Who shares the budget, by which order. */
const partsOf = (emptied: readonly Emptied[]): string =>
  emptied.map(({ name, share, deadlineAtMs }) => `${name} ${share?.part}/${share?.nodes} by ${deadlineAtMs}`).join()
