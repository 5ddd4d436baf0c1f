import type { Agents } from '../effects/agents.ts'
import type { Clock } from '../../kit/clock.ts'
import { asCodedError } from '../../kit/errors.ts'
import type { Log } from '../../kit/log.ts'
import type { Probe } from '../../sfu/api/probe.ts'
import { done, wakeAfter, type Outcome } from '../kube/client/outcome.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { NodeEntry } from '../ledger/nodes/nodeEntry.ts'
import { nodeStateOf, type NodeState } from '../ledger/nodes/nodeState.ts'
import type { Ask } from '../reach/ask.ts'
import { judge, targetsToTry, type Asked } from '../reach/judge.ts'
import { reachPeriodMs, type ReachBook } from '../reach/reachBook.ts'

/** What the reconciler of reachability needs. */
export interface ReachabilityReconcilerOptions {
  readonly ledger: Ledger
  readonly agents: Agents
  readonly ask: Ask
  readonly book: ReachBook
  readonly clock: Clock
  readonly log: Log
  /** Something else is known of a node. */
  readonly onChange: (node: string) => void
}

/** Nodes whose agents answer; the others are not tried, and what is known of them stays until they are dead. */
const answering: ReadonlySet<NodeState> = new Set(['ready', 'cordoned', 'draining', 'drained', 'unreachable', 'held', 'suspect'])
const gone: ReadonlySet<NodeState> = new Set(['pending', 'lost'])

const subjectOf = ({ introduction }: NodeEntry): string => [introduction?.boot, ...(introduction?.addresses ?? [])].join(' ')

/** An address that nobody said is not worth a try: the node is told another one, or says what is missing. */
const mayBeTried = (node: NodeEntry): node is NodeEntry & { url: string } =>
  node.url !== undefined && node.introduction?.addressesGuessed !== true

/** Tries now and then whether a media node is reached at what its clients are told. The key is its name. */
export function reachabilityReconciler({ ledger, agents, ask, book, clock, log, onChange }: ReachabilityReconcilerOptions) {
  async function askAll(probes: readonly Probe[], signal: AbortSignal): Promise<readonly Asked[]> {
    const tries = probes.flatMap((probe) => targetsToTry(probe).map((target) => ({ probe, target })))
    return Promise.all(
      tries.map(async ({ probe, target }) => ({
        worker: probe.worker,
        target,
        answered: await ask(probe, target, signal),
      })),
    )
  }

  /** One round; a node that makes no probe is not judged by it. */
  async function tryOnce(node: NodeEntry & { url: string }, signal: AbortSignal): Promise<void> {
    const subject = subjectOf(node)
    const { client, calls } = agents.at(node.name, node.url)
    const probes = await calls.run(() => client.probe(signal))
    const reach = judge(await askAll(probes, signal))
    if (signal.aborted) return
    if (!book.enter(node.name, { subject, reach, nowMs: clock.monotonicMs() })) return
    log.info({ node: node.name, phase: reach.reason, reason: reach.message }, 'reachability of a media node')
    onChange(node.name)
  }

  return async (name: string, signal: AbortSignal): Promise<Outcome> => {
    const node = ledger.nodes.get(name)
    const nowMs = clock.monotonicMs()
    const state = node === undefined ? 'lost' : nodeStateOf(node, nowMs).state
    if (gone.has(state)) book.forget(name)
    if (node === undefined || !mayBeTried(node) || !answering.has(state)) return done
    const dueInMs = book.dueAtMs(name, subjectOf(node)) - nowMs
    if (dueInMs > 0) return wakeAfter(dueInMs)
    try {
      await tryOnce(node, signal)
    } catch (thrown) {
      log.debug({ node: name, code: asCodedError(thrown).code }, 'reachability could not be tried')
      return wakeAfter(reachPeriodMs)
    }
    return wakeAfter(Math.max(0, book.dueAtMs(name, subjectOf(node)) - clock.monotonicMs()))
  }
}
