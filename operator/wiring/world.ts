import type { Clock } from '../../kit/clock.ts'
import type { Log } from '../../kit/log.ts'
import type { Agents } from '../effects/agents.ts'
import { Ledger } from '../ledger/ledger.ts'
import type { OperatorMetrics } from '../metrics.ts'
import { createLoadStreams, type LoadStreams } from '../nodes/loadStreams.ts'
import { createChanges, type Changes } from '../watch/changes.ts'

/** What one replica knows, and how it hears of it. */
export interface World {
  readonly ledger: Ledger
  readonly changes: Changes
  /** To each media node that has an object. */
  readonly streams: LoadStreams
}

/** Wires the ledger to the media nodes. Every replica has one, whether it leads or not. */
export function createWorld(parts: {
  agents: Agents
  clock: Clock
  random: () => number
  log: Log
  metrics: OperatorMetrics
}): World {
  const { agents, clock, random, log, metrics } = parts
  const changes = createChanges()
  const ledger = new Ledger(changes.events)
  const streams = createLoadStreams({
    clientFor: (node, url) => agents.at(node, url).client,
    listener: {
      hear: (node, line, { late }) =>
        late ? ledger.hearLate(node, line, clock.monotonicMs()) : ledger.hear(node, line, clock.monotonicMs()),
      refused: (node) => ledger.refused(node, clock.monotonicMs()),
      unanswered: (node, why) => ledger.unanswered(node, why, clock.monotonicMs()),
      fault: (node, message) => ledger.fault(node, { message }, clock.monotonicMs()),
    },
    clock,
    random,
    log,
    metrics,
  })
  // What it hosted was forgotten with it: a stream that only paused would not tell of it again.
  changes.lost.on(({ node }) => streams.again(node))
  return { ledger, changes, streams }
}
