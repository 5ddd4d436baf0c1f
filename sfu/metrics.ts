import { counter, createMetrics, gauge, type Metrics } from '../kit/metrics.ts'

/** Metrics of a media node. No label names a meeting or a participant: those are in the load stream. */
export const metricTable = {
  workers: gauge('mediasoup_workers', 'Media processes that run.'),
  routers: gauge('mediasoup_routers', 'Routers, one a segment.', ['worker']),
  transports: gauge('mediasoup_transports', 'Transports of clients and pipes.', ['worker']),
  producers: gauge('mediasoup_producers', 'Producers.', ['worker']),
  consumers: gauge('mediasoup_consumers', 'Consumers.', ['worker']),
  workerCrashes: counter('mediasoup_worker_crashes_total', 'Media processes that died since the start.'),
  workerCpu: gauge('parley_worker_cpu_cores', 'CPU that a media process uses, as a fraction of one core.', ['worker']),
  egress: gauge('parley_egress_bits_per_second', 'What all transports send.'),
  ingress: gauge('parley_ingress_bits_per_second', 'What all transports receive.'),
  pipes: gauge('parley_pipes', 'Pipe transports; each holds one pipe port.'),
  segments: gauge('parley_segments', 'Meetings of which this node hosts a part.'),
  participants: gauge('parley_participants', 'Participants who are attached.'),
  draining: gauge('parley_draining', 'Whether this node is being emptied: 1 or 0.'),
  drainLeft: gauge('parley_drain_people_left', 'People who are still on this node while it is being emptied.'),
  drainTold: gauge('parley_drain_people_told', 'People whom this node has told to go since its drain began.'),
  loadReaders: gauge('parley_load_readers', 'Readers of the load stream.'),
  requestErrors: counter('parley_session_request_errors_total', 'Refused requests of sessions, by code.', ['code']),
} as const

export type SfuMetrics = Metrics<typeof metricTable>

/** Makes the metrics of one media node. */
export const createSfuMetrics = (): SfuMetrics => createMetrics(metricTable)
