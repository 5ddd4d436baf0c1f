import { errorTable } from '../../kit/errors.ts'

/** What a media node's agent refuses, over HTTP, on sessions and on edges. */
export const sfuErrors = errorTable({
  stale_order: {
    status: 409,
    retry: 'never',
    say: (m: { epoch: number; generation: number }) =>
      `An order of epoch ${m.epoch}, generation ${m.generation} was taken already.`,
  },
  epoch_shared: {
    status: 409,
    retry: 'never',
    say: (m: { epoch: number; holder: string | undefined }) =>
      `The orders of epoch ${m.epoch} come from another operator (${m.holder ?? 'which tells no name'}); take a higher epoch.`,
  },
  order_conflict: {
    status: 409,
    retry: 'never',
    say: (m: { epoch: number; generation: number }) =>
      `Another order of epoch ${m.epoch}, generation ${m.generation} was taken; a changed order needs a new generation.`,
  },
  node_full: { status: 503, retry: 'elsewhere', say: (m: { limit: string }) => `This media node is full: ${m.limit}.` },
  node_draining: {
    status: 503,
    retry: 'elsewhere',
    say: (m: { reason: string }) => `This media node is being emptied and takes nobody: ${m.reason}.`,
  },
  meeting_full: {
    status: 409,
    retry: 'later',
    say: (m: { capacity: number }) => `All ${m.capacity} places of this meeting are taken.`,
  },
  no_place_here: {
    status: 409,
    retry: 'elsewhere',
    say: (m: { places: number }) =>
      `Of the places of this meeting ${m.places} are this media node's to give, and they are taken; others may have some.`,
  },
  grant_superseded: {
    status: 409,
    retry: 'later',
    say: () => 'Another operator counts the places of this meeting now; ask for a new one.',
  },
  wrong_meeting: { status: 404, retry: 'never', say: () => 'This media node does not host that incarnation of the meeting.' },
  identity_in_use: { status: 409, retry: 'never', say: () => 'Somebody with this identity is in the meeting already.' },
  attachment_gone: { status: 410, retry: 'never', say: () => 'That attachment has ended; join again.' },
  attachment_used: { status: 409, retry: 'never', say: () => 'That attachment is attached already; resume it instead.' },
  session_superseded: { status: 409, retry: 'never', say: () => 'Another connection has taken this session over.' },
  unknown_session: { status: 404, retry: 'never', say: () => 'No session of that attachment is open on this connection.' },
  unknown_method: { status: 404, retry: 'never', say: () => 'There is no such method.' },
  unknown_transport: { status: 404, retry: 'never', say: () => 'There is no such transport in this session.' },
  unknown_producer: { status: 404, retry: 'never', say: () => 'There is no such producer in this session.' },
  unknown_consumer: { status: 404, retry: 'never', say: () => 'There is no such consumer in this session.' },
  unknown_track: { status: 404, retry: 'later', say: () => 'Nobody publishes that track now.' },
  may_not_publish: {
    status: 403,
    retry: 'never',
    say: (m: { source: string }) => `The grant does not allow publishing ${m.source}.`,
  },
  may_not_subscribe: { status: 403, retry: 'never', say: () => 'The grant does not allow receiving.' },
  source_in_use: {
    status: 409,
    retry: 'never',
    say: (m: { source: string }) => `${m.source} is published already; close it first.`,
  },
  wrong_direction: { status: 400, retry: 'never', say: (m: { needed: string }) => `This needs a ${m.needed} transport.` },
  kind_mismatch: { status: 400, retry: 'never', say: (m: { source: string; kind: string }) => `${m.source} is ${m.kind}.` },
  already_connected: { status: 409, retry: 'never', say: () => 'The transport is connected already.' },
  cannot_consume: { status: 406, retry: 'never', say: () => "The client's RTP capabilities do not fit this track." },
  invalid_rtp: { status: 400, retry: 'never', say: () => 'The RTP parameters do not fit the router or each other.' },
  too_many_media: {
    status: 429,
    retry: 'never',
    say: (m: { what: string; limit: number }) => `A session may have at most ${m.limit} ${m.what}.`,
  },
  edge_version: {
    status: 409,
    retry: 'never',
    say: (m: { ours: number; theirs: number }) =>
      `This media node speaks version ${m.ours} with other media nodes, and that one version ${m.theirs}; a meeting stands on nodes of one version.`,
  },
  pipe_unknown: { status: 409, retry: 'never', say: () => 'That pair of pipe ends is not known here; make another end.' },
  pipe_unavailable: {
    status: 503,
    retry: 'later',
    say: () => 'The track comes from another media node that cannot be reached at the moment.',
  },
})
