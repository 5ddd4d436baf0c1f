import { counter, gauge, histogram, type Metrics } from '../../kit/metrics.ts'

/** Metrics of the Kubernetes runtime. The first block has the names that dashboards for controller-runtime know. */
export const kubeMetrics = {
  reconciles: counter('controller_runtime_reconcile_total', 'Reconciles by their outcome.', ['controller', 'result']),
  reconcileSeconds: histogram('controller_runtime_reconcile_time_seconds', 'How long a reconcile took.', {
    labels: ['controller'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60],
  }),
  queueDepth: gauge('workqueue_depth', 'Keys that wait for a worker.', ['name']),
  queueAdds: counter('workqueue_adds_total', 'Keys that were added, those that were already there not counted.', ['name']),
  queueRetries: counter('workqueue_retries_total', 'Keys that are tried again after an error.', ['name']),
  isLeader: gauge('leader_election_master_status', '1 while this replica leads.', ['name']),

  epoch: gauge('parley_leader_epoch', 'The epoch of the last term of this replica; 0 before the first.'),
  leaderChanges: counter('parley_leader_transitions_total', 'Terms of this replica that began, ended or were lost.', ['change']),
  watchRestarts: counter('parley_watch_restarts_total', 'Watches that were begun again, by what ended them.', ['kind', 'reason']),
  lists: counter('parley_watch_lists_total', 'Whole lists that were read.', ['kind', 'result']),
  cached: gauge('parley_watch_objects', 'Objects that are held.', ['kind']),
  writes: counter('parley_bucket_writes_total', 'Writes through the one bucket, by lane and how they ended.', ['lane', 'result']),
  writesWaiting: gauge('parley_bucket_waiting', 'Writes that wait in the one bucket.', ['lane']),
  writesDropped: counter('parley_bucket_dropped_total', 'Writes that found the bucket full and were dropped.', ['lane']),
} as const

export type KubeMetrics = Metrics<typeof kubeMetrics>
