import { CodedError } from '../../kit/errors.ts'
import { signalingErrors } from '../api/errors.ts'
import type { ClientRequest } from '../api/protocol.ts'
import { turnFor, welcomed, type EnterDeps, type Entered } from './enter.ts'
import { clientEpoch } from './epochs.ts'
import { takeSeat, type SeatHost } from './seat.ts'

/** What a media node says of a session that it does not have any more. */
const gone = new Set(['attachment_gone', 'wrong_meeting', 'unknown_session'])

function resumeFault(thrown: unknown): unknown {
  if (!(thrown instanceof CodedError)) return thrown
  if (gone.has(thrown.code)) return signalingErrors.raise.resume_invalid({}, { cause: thrown })
  if (thrown.code === 'unavailable' || thrown.code === 'timeout')
    return signalingErrors.raise.media_node_unreachable({}, { cause: thrown })
  return thrown
}

/** Goes on with a session of this or another replica; its media was never touched. */
export async function resume(deps: EnterDeps, ask: ClientRequest<'resume'>, host: SeatHost): Promise<Entered> {
  const nowMs = deps.clock.nowMs()
  const claims = await deps.resumeTokens.open(ask.resumeToken, { field: 'data.resumeToken', nowMs })
  const { meeting, participant, attachment, node, url } = claims
  try {
    const seat = await takeSeat(deps, {
      ...{ meeting, participant, attachment, node, url, host },
      open: (connection, onNotification) =>
        connection.resume({
          meeting,
          participant,
          attachment,
          onNotification,
          sessionEpoch: clientEpoch(ask.sessionEpoch, nowMs),
        }),
    })
    const reason = 'resumed where the media is'
    return await welcomed(deps, { by: 'resume', seat, claims, reason, turn: turnFor(deps) })
  } catch (thrown) {
    throw resumeFault(thrown)
  }
}
