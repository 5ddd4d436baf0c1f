import type { MediaNode, MediaNodePool } from '../../../crds/index.ts'
import type { Pod } from '../../kube/core.ts'
import { kinds } from '../../kube/kinds.ts'
import type { ReplaceReason } from '../../plan/poolRollout.ts'
import { podLabels } from '../../pods/labels.ts'
import { isOwnedBy } from '../../pods/owned.ts'
import { templateHash } from '../../pods/template.ts'
import type { Simulation } from '../world/simulation.ts'
import type { SentWrite } from '../world/simulatedOperator.ts'
import type { Check } from './check.ts'

/** What was decided by what held until lately may still be on its way. */
const latelyMs = 60_000
/** Those that a pool was to have until lately leave one after the other. */
const leavesWithinMs = 300_000
/** Wall clocks of operators differ by this much from the world's at most. */
const skewMs = 5_000

const oneAtATime: ReadonlySet<string> = new Set(['Outdated', 'NoRoom'] satisfies readonly ReplaceReason[])

/** One of an older template whose agent never ran is replaced at once, it may be before its status says so. */
const hasNeverRun = ({ metadata, status }: MediaNode, template: string): boolean =>
  (status?.phase ?? 'Pending') === 'Pending' && metadata.labels?.[podLabels.template] !== template

/**
 * What must hold of pools that make Pods at every moment: no operator deletes a Pod with people on it before their time is over; no more media
 * nodes stay than a pool was to have lately and one for a rollout, and one for each create whose answer was lost and each list that was
 * behind, however stale the caches are and whoever leads; and of a rollout one node at a time is emptied.
 */
export class PodPools implements Check {
  readonly faults: string[] = []
  readonly #simulation: Simulation
  readonly #desired = new Map<string, { readonly count: number; readonly atMs: number }[]>()
  /** When each Kubernetes Node was to be left last. */
  readonly #leftAtMs = new Map<string, number>()
  #unanswered: number[] = []

  constructor(simulation: Simulation) {
    this.#simulation = simulation
    simulation.clock.every(1_000, () => this.#look())
  }

  /** A create of a media node did not come to its answer, or a list of them was behind: one may be made twice. */
  noteUnanswered(): void {
    this.#unanswered.push(this.#nowMs())
  }

  sent(write: SentWrite): void {
    if (write.verb === 'delete' && write.kind === 'Pod') this.#deletes(write)
  }

  written({ verb, kind, operator }: SentWrite): void {
    this.#look()
    if (verb === 'create' && kind === 'MediaNode') this.#countMade(operator)
    if (verb === 'patchStatus' && kind === 'MediaNode') this.#countEmptied(operator)
  }

  #nowMs(): number {
    return this.#simulation.clock.monotonicMs()
  }

  #fault(words: string): void {
    this.faults.push(`${words} at ${this.#nowMs()}`)
  }

  #pools(): readonly MediaNodePool[] {
    return this.#simulation.cluster.objects<MediaNodePool>(kinds.MediaNodePool)
  }

  #members(pool: MediaNodePool): readonly MediaNode[] {
    return this.#simulation.cluster.objects<MediaNode>(kinds.MediaNode).filter((node) => isOwnedBy(node, pool))
  }

  #look(): void {
    for (const { metadata, spec } of this.#simulation.cluster.objects(kinds.Node))
      if (spec?.unschedulable === true) this.#leftAtMs.set(metadata.name, this.#nowMs())
    for (const { metadata, spec } of this.#pools()) {
      const lately = (this.#desired.get(metadata.uid) ?? []).filter(({ atMs }) => this.#nowMs() - atMs <= leavesWithinMs)
      this.#desired.set(metadata.uid, [...lately, { count: spec.replicas ?? 1, atMs: this.#nowMs() }])
    }
  }

  #deletes({ name, operator }: SentWrite): void {
    const people = this.#simulation.nodes.get(name)?.drainReport().left ?? 0
    if (people > 0 && !this.#mayCut(this.#simulation.nodeObject(name)))
      this.#fault(`${operator} deletes the Pod ${name} with ${people} people on it`)
  }

  /** Whether the time of those who are left is over, or the node is lost. */
  #mayCut(node: MediaNode | undefined): boolean {
    const { phase, disruptions = [] } = node?.status ?? {}
    const nowMs = this.#simulation.clock.nowMs() + skewMs
    return phase === 'Lost' || disruptions.some(({ deadline }) => nowMs >= Date.parse(deadline))
  }

  #countMade(operator: string): void {
    this.#unanswered = this.#unanswered.filter((atMs) => this.#nowMs() - atMs <= latelyMs)
    for (const pool of this.#pools()) {
      const desired = Math.max(...(this.#desired.get(pool.metadata.uid) ?? []).map(({ count }) => count))
      const template = templateHash(pool.spec)
      const staying = this.#members(pool).filter((node) => this.#stays(node) && !hasNeverRun(node, template)).length
      const most = desired + 1 + this.#unanswered.length
      if (staying > most) this.#fault(`${operator} makes media node number ${staying} of a pool that is to have ${desired}`)
    }
  }

  #stays({ metadata, spec, status }: MediaNode): boolean {
    if (spec.drain !== undefined || (status?.disruptions ?? []).length > 0) return false
    const pod = this.#simulation.cluster.objects(kinds.Pod).find((each) => each.metadata.name === metadata.name)
    return pod === undefined ? status?.host === undefined : this.#isKept(pod)
  }

  /** A Pod that nobody deletes, that is not over, and whose Kubernetes Node is not left: its replacement is made before status says so. */
  #isKept({ metadata, spec, status }: Pod): boolean {
    const leftAtMs = this.#leftAtMs.get(spec.nodeName ?? '') ?? Number.NEGATIVE_INFINITY
    return metadata.deletionTimestamp === undefined && status?.phase !== 'Failed' && this.#nowMs() - leftAtMs > latelyMs
  }

  #countEmptied(operator: string): void {
    for (const pool of this.#pools()) {
      const emptied = this.#members(pool).filter(({ status }) =>
        (status?.disruptions ?? []).some(({ source, reason }) => source === 'Rollout' && oneAtATime.has(reason)),
      )
      if (emptied.length <= 1) continue
      const names = emptied.map(({ metadata }) => metadata.name).join(', ')
      this.#fault(`${operator} has more than one emptied for a newer template: ${names}`)
    }
  }
}
