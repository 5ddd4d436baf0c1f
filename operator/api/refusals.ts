import type { MoveRefusal } from './move.ts'

/** What a code of an answer means, and a sentence that comes with it. */
export interface RefusalEntry {
  readonly results: readonly ('refused' | 'tryAfter' | 'queued')[]
  readonly means: string
  /** A `reason` as people read it. */
  readonly example: string
}

const refused = ['refused'] as const
const later = ['tryAfter'] as const
const laterOrQueued = ['tryAfter', 'queued'] as const

/** Why somebody is not placed or not moved, by code; the last six are told to moves only. */
export const refusals: Readonly<Record<MoveRefusal, RefusalEntry>> = {
  meeting_unknown: {
    results: refused,
    means: 'there is no such meeting, and no pool makes one on the first join',
    example: 'there is no meeting demo/standup, and no pool makes one on the first join (spec.adHocMeetings.enabled)',
  },
  meeting_not_started: {
    results: refused,
    means: 'the door of `spec.schedule` is shut; the reason says when it opens',
    example: 'demo/standup has not started: its door opens at 2026-12-01T08:45:00Z',
  },
  meeting_locked: {
    results: refused,
    means: '`spec.access.locked`: nobody new',
    example: 'demo/standup is locked by spec.access.locked',
  },
  meeting_full: {
    results: refused,
    means: 'as many are in it, or hold a grant, as `spec.capacity.maxParticipants` lets in',
    example: 'all 25 places of demo/standup are taken',
  },
  meeting_ended: {
    results: refused,
    means: 'it has ended, for good',
    example: 'demo/standup has ended: everybody had left for 300 s',
  },
  meeting_invalid: {
    results: refused,
    means: '`spec.pools` names no pool that exists',
    example: 'spec.pools: there is no MediaNodePool gold',
  },
  meeting_settling: {
    results: later,
    means: 'a new leader counts the places of a meeting with a capacity, or a silent node may have those that are left',
    example: 'eu-west-1 has not heard of this operator yet, and what an earlier one promised there is not known',
  },
  ad_hoc_not_allowed: {
    results: refused,
    means: 'there is no such meeting, and no pool makes one for this namespace, which may not exist or not be served',
    example: 'there is no meeting demo/standup, and no pool that makes one (spec.adHocMeetings) takes the namespace demo',
  },
  ad_hoc_limit: {
    results: refused,
    means: 'the pools have made as many meetings as `spec.adHocMeetings.max` allows',
    example: 'demo/standup would be one more than spec.adHocMeetings.max allows (eu-west: 1000)',
  },
  no_pool: {
    results: refused,
    means: 'no pool of the meeting takes its namespace',
    example: 'no pool of the meeting takes the namespace demo',
  },
  no_pool_selected: {
    results: refused,
    means: '`spec.poolSelector` selects no pool',
    example: 'spec.poolSelector: no MediaNodePool has the labels tier=gold',
  },
  no_region: {
    results: refused,
    means: 'no pool of the meeting stands in a region that `spec.regions` allows',
    example: 'spec.regions: no pool of the meeting stands in mars',
  },
  no_node_ready: {
    results: laterOrQueued,
    means: 'no media node takes work, or none of the version that the meeting stands on',
    example: 'no media node in eu-west is ready',
  },
  nodes_full: {
    results: laterOrQueued,
    means: 'none that takes work has room, or the request excludes those that have, or the meeting is on as many as it may be',
    example: 'none of the 3 ready media nodes in eu-west has room',
  },
  already_there: { results: refused, means: 'they are on `node`', example: 'ann is on eu-west-1' },
  node_unknown: { results: refused, means: 'there is no media node `node`', example: 'there is no media node eu-west-9' },
  node_refuses: {
    results: later,
    means: '`node` does not take them now; the reason says why',
    example: 'eu-west-2: cordoned by spec.cordoned',
  },
  not_attached: {
    results: later,
    means: 'they hold a grant and are not attached yet',
    example: 'ann was placed on eu-west-1 and is not attached there yet',
  },
  participant_away: {
    results: later,
    means: 'their connection is lost: they hear nothing now',
    example: 'the connection of ann is lost; they hear nothing now',
  },
  node_unreachable: {
    results: later,
    means: 'the media node where they are does not take the order',
    example: 'eu-west-1, where they are, did not take the order: No answer from eu-west-1 within 3000 ms.',
  },
}
