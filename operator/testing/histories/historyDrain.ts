import type { MediaNodeStatus } from '../../../crds/index.ts'
import { forwardedBy } from '../fakes/fakeDrain.ts'
import type { FakeMediaNode } from '../fakes/fakeMediaNode.ts'
import type { History } from './history.ts'
import { hostedByMeeting } from '../invariants/hosted.ts'
import type { Simulation } from '../world/simulation.ts'

const lookEveryMs = 5_000
const deadlineSeconds = 60
/** The operator tells what a node says a moment later. */
const tellsWithinMs = 5_000
/**
 * Somebody is told, finds a place, and their media stays beside that for a while; and what is written first waits its turn where much is. Longer
 * than that nothing stands still without a reason.
 */
const stillForMs = 15_000
const nodesAtMost = 2
/** Somebody was told a moment ago. */
const cancelAfterMs = 3_000

/** Words by which a drain that makes no progress says why. That it passes media on must be so. */
export const saysWhy = (
  { blocked, blockers = [], message }: NonNullable<MediaNodeStatus['drain']>,
  node: FakeMediaNode,
): boolean =>
  (blocked && blockers.length > 0) ||
  message.includes('in turn with') ||
  forwardedBy(node.segments()).some(({ namespace, name }) => message.includes(`passes on the media of ${namespace}/${name}`))

/** The media nodes on which people of one meeting are: of that which is on most. */
function nodesOfOne(simulation: Simulation): readonly string[] {
  const spread = [...hostedByMeeting(simulation).values()].map((segments) =>
    segments.filter(({ report }) => report.participants.length > 0).map(({ node }) => node),
  )
  return (spread.toSorted((a, b) => b.length - a.length)[0] ?? []).slice(0, nodesAtMost)
}

/** One node that is drained to the end, as it is looked at now and then. */
class Watched {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  readonly #name: string
  readonly #node: FakeMediaNode
  #progress = ''
  #sinceMs: number

  constructor(simulation: Simulation, node: FakeMediaNode) {
    this.#simulation = simulation
    this.#name = node.name
    this.#node = node
    this.#sinceMs = simulation.clock.monotonicMs()
  }

  get #status(): MediaNodeStatus | undefined {
    return this.#simulation.nodeObject(this.#name)?.status
  }

  /** Whether it makes progress, or says why it does not. */
  look(): void {
    const nowMs = this.#simulation.clock.monotonicMs()
    const { phase, drain } = this.#status ?? {}
    if (phase === 'Drained') return
    if (drain === undefined) return this.#mustMove('its drain has not begun', nowMs)
    const { left, moved } = this.#node.drainReport()
    const progress = `${left} left, ${moved} told`
    if (progress === this.#progress && !saysWhy(drain, this.#node)) return this.#mustMove(`${progress}: ${drain.message}`, nowMs)
    this.#progress = progress
    this.#sinceMs = nowMs
  }

  #mustMove(told: string, nowMs: number): void {
    if (nowMs - this.#sinceMs < stillForMs) return
    this.faults.push(`${this.#name} stands still since ${this.#sinceMs} and does not say why: ${told}`)
  }

  /** Its deadline has passed. */
  mustBeOver(): void {
    const { phase, drain } = this.#status ?? {}
    const { left } = this.#node.drainReport()
    if (phase !== 'Drained' || left > 0)
      this.faults.push(`${this.#name} is ${phase} after its deadline with ${left} people: ${drain?.message}`)
  }
}

/** Has nodes drain, and cancels that while people go. Whether anybody is told after that, the checks see that look always. */
export async function cancelledDrain({ simulation, counters }: History): Promise<void> {
  const names = nodesOfOne(simulation)
  for (const name of names) simulation.drain(name, { deadlineSeconds })
  counters.add('drains cancelled half-way', names.length)
  await simulation.pass(cancelAfterMs)
  for (const name of names) simulation.drain(name, undefined)
  await simulation.pass(tellsWithinMs)
}

/**
 * In a world in which nothing fails any more, drains two media nodes that people of one meeting are on, at once as somebody who upgrades them may.
 * What is wrong with that: one that stands still without a reason in words, and one that has not ended at its deadline.
 */
export async function drainFaultsOf({ simulation, counters }: History): Promise<readonly string[]> {
  const names = nodesOfOne(simulation)
  const watched = names.flatMap((name) => {
    const node = simulation.nodes.get(name)
    return node === undefined ? [] : [new Watched(simulation, node)]
  })
  const begunAtMs = simulation.clock.monotonicMs()
  for (const name of names) simulation.drain(name, { deadlineSeconds })
  counters.add('nodes drained to the end', names.length)
  // The deadline counts from when the operator has written down that the drain begins.
  while (simulation.clock.monotonicMs() - begunAtMs < deadlineSeconds * 1_000 + stillForMs) {
    await simulation.pass(lookEveryMs)
    for (const node of watched) node.look()
  }
  await simulation.pass(tellsWithinMs)
  for (const node of watched) node.mustBeOver()
  for (const name of names) simulation.drain(name, undefined)
  return watched.flatMap(({ faults }) => faults)
}
