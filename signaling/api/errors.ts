import { errorTable } from '../../kit/errors.ts'
import type { PlacementRefusal } from '../../operator/api/placement.ts'

/** What signaling answers beside the media node's own errors (sfu/api/errors.ts), which pass through. */
export const signalingErrors = errorTable({
  not_joined: { status: 409, retry: 'never', say: () => 'Join first.' },
  already_joined: { status: 409, retry: 'never', say: () => 'This connection has joined already.' },
  unknown_method: { status: 404, retry: 'never', say: () => 'There is no such method.' },
  token_invalid: { status: 401, retry: 'never', say: (m: { why: string }) => `The token cannot be used: ${m.why}.` },
  token_expired: { status: 401, retry: 'never', say: () => 'The token has expired; ask for a new link.' },
  name_needed: { status: 400, retry: 'never', say: () => 'A display name is needed.' },
  resume_invalid: { status: 410, retry: 'never', say: () => 'That session cannot be resumed; join again.' },
  identity_in_use: { status: 409, retry: 'never', say: () => 'Somebody with this identity is in the meeting already.' },
  media_node_unreachable: {
    status: 503,
    retry: 'elsewhere',
    say: () => 'The media node does not answer; joining again tries another.',
  },
  placement_refused: {
    status: 409,
    retry: 'never',
    say: (m: { code: PlacementRefusal; reason: string }) => m.reason,
  },
  /** Its door is not open yet; the reason says when it is. */
  meeting_not_started: { status: 409, retry: 'never', say: (m: { reason: string }) => m.reason },
  /** As many are in it as it lets in; also the media node's word (sfu/api/errors.ts). */
  meeting_full: { status: 409, retry: 'never', say: (m: { reason: string }) => m.reason },
  meeting_locked: { status: 409, retry: 'never', say: (m: { reason: string }) => m.reason },
  meeting_ended: { status: 410, retry: 'never', say: (m: { reason: string }) => m.reason },
  placement_later: { status: 503, retry: 'later', say: (m: { code: PlacementRefusal; reason: string }) => m.reason },
  chat_unavailable: { status: 503, retry: 'later', say: () => 'Chat cannot be stored at the moment; the message was not sent.' },
  slow_down: { status: 429, retry: 'later', say: (m: { what: string }) => `Too many ${m.what}; slow down.` },
})
