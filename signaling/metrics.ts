import { counter, gauge, histogram } from '../kit/metrics.ts'

/** The metrics of signaling. No label names a meeting or a person. */
export const metrics = {
  clients: gauge('parley_signaling_clients', 'Connected clients.'),
  meetings: gauge('parley_signaling_meetings', 'Meetings that this replica has clients in.'),
  mediaNodes: gauge('parley_signaling_media_nodes', 'Media nodes that this replica has a link to.'),
  busUp: gauge('parley_signaling_bus_up', 'Whether chat can be stored: 1 or 0.'),
  entrances: counter('parley_signaling_entrances_total', 'Joins and resumes that ended, by the code of their end.', [
    'by',
    'result',
  ]),
  entranceSeconds: histogram('parley_signaling_entrance_seconds', 'How long a join or resume took that succeeded.', {
    labels: ['by'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  }),
  requests: counter('parley_signaling_requests_total', 'Answered requests of clients, by method and the code of the answer.', [
    'method',
    'result',
  ]),
} as const
