import { errorTable } from '../../kit/errors.ts'

/** What the placement API answers when it does not decide. Decisions, refusals included, are answers (see placement.ts). */
export const placementErrors = errorTable({
  leader_unknown: { status: 503, retry: 'elsewhere', say: () => 'No operator leads at the moment; place by the fallback.' },
  leader_unanswered: {
    status: 504,
    retry: 'later',
    say: () => 'The operator that leads did not answer in time; it may have done what was asked. Ask again.',
  },
  namespace_not_allowed: {
    status: 403,
    retry: 'never',
    say: (m: { namespace: string }) => `This token is not for the namespace ${m.namespace}.`,
  },
  verb_not_allowed: { status: 403, retry: 'never', say: (m: { verb: string }) => `This token does not allow ${m.verb}.` },
  meeting_unknown: { status: 404, retry: 'never', say: (m: { meeting: string }) => `There is no meeting ${m.meeting}.` },
  attachment_unknown: {
    status: 404,
    retry: 'never',
    say: (m: { meeting: string; participant: string; attachment: string }) =>
      `${m.participant} has no attachment ${m.attachment} in ${m.meeting}: it is over, or never was.`,
  },
  no_snapshot: { status: 503, retry: 'later', say: () => 'The operator is away and no earlier topology is known.' },
})
