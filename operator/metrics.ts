import { counter, gauge, histogram, type Metrics } from '../kit/metrics.ts'

/** Metrics of the operator's own work; those of its Kubernetes runtime stand in kube/metrics.ts. */
export const operatorMetrics = {
  placements: counter('parley_placements_total', 'Answers of the placement API, by result and, for refusals, rule.', [
    'result',
    'code',
  ]),
  placementSeconds: histogram('parley_placement_seconds', 'How long a placement took, grant and all.', {
    buckets: [0.0001, 0.0005, 0.001, 0.005, 0.025, 0.1, 0.5],
  }),
  moves: counter(
    'parley_moves_total',
    'Answers to orders to move one participant, by result and, where they are not moved, rule.',
    ['result', 'code'],
  ),
  replacements: counter('parley_replacements_total', 'People of lost media nodes: placed anew at once, or without room.', [
    'result',
  ]),
  orders: counter('parley_orders_total', 'Orders to media nodes: taken, fenced off by a newer one, or failed.', [
    'method',
    'result',
  ]),
  nodes: gauge('parley_media_nodes', 'Media nodes by phase.', ['phase']),
  drains: gauge('parley_drains', 'Media nodes that are being emptied, or are empty and kept so, by whether somebody is left.', [
    'phase',
  ]),
  drainLeft: gauge(
    'parley_drain_people_left',
    'People who are still on media nodes that are being emptied, by the word of these.',
  ),
  drainTold: gauge('parley_drain_people_told', 'People whom these media nodes have told to go since their drains began.'),
  meetings: gauge('parley_meetings', 'Meetings by phase.', ['phase']),
  loadStreams: gauge('parley_load_streams', 'Load streams that are live.'),
  loadLinesRefused: counter(
    'parley_load_lines_refused_total',
    'Load streams that were ended because a line was not to be believed.',
  ),
  topologyReaders: gauge('parley_topology_readers', 'Readers of the topology stream.'),
  forwarded: counter('parley_forwarded_total', 'Requests passed on to the leader, by how that went.', ['result']),
} as const

export type OperatorMetrics = Metrics<typeof operatorMetrics>
