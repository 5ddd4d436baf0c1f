import { asCodedError, CodedError, commonErrors } from '../../kit/errors.ts'
import type { Placed, PlacementAnswer, PlacementRefusal, PlacementRequest } from '../../operator/api/placement.ts'
import { signalingErrors } from '../api/errors.ts'
import type { ClientRequest } from '../api/protocol.ts'
import type { Admission } from '../tokens/clientTokens.ts'
import type { ResumeClaims } from '../tokens/resumeTokens.ts'
import { turnFor, welcomed, type EnterDeps, type Entered } from './enter.ts'
import { firstEpoch } from './epochs.ts'
import { takeSeat, type Seat, type SeatHost } from './seat.ts'

type JoinRequest = ClientRequest<'join'>

/** Who joins, once the token and what the client says are put together. */
interface Joiner {
  readonly admission: Admission
  readonly participant: string
  readonly name: string
  readonly replaces: string | undefined
}

/** For how long somebody waits in line before they are put off. */
const inLineAtMostMs = 10 * 60_000
/** How many media nodes are tried for one join. */
const maxNodes = 2
/** As many as the placement API takes. */
const maxExcluded = 16

/** What a media node may say about a join that its client can do something about; the rest is between the two of us. */
const clientsBusiness = new Set([
  'node_full',
  'node_draining',
  'meeting_full',
  'grant_superseded',
  'no_place_here',
  'identity_in_use',
  'media_node_unreachable',
])

async function replacedBy(deps: EnterDeps, ask: JoinRequest, admission: Admission): Promise<ResumeClaims | undefined> {
  if (ask.replaces === undefined) return undefined
  const field = 'data.replaces'
  const earlier = await deps.resumeTokens.open(ask.replaces, { field, nowMs: deps.clock.nowMs() })
  const sameMeeting = earlier.meeting.namespace === admission.namespace && earlier.meeting.name === admission.room
  const samePerson = admission.participant === undefined || admission.participant === earlier.participant
  if (!sameMeeting || !samePerson) throw signalingErrors.raise.resume_invalid({}, { field })
  return earlier
}

async function joinerOf(deps: EnterDeps, ask: JoinRequest): Promise<Joiner> {
  const admission = await deps.clientTokens.verify(ask.token, deps.clock.nowMs())
  const earlier = await replacedBy(deps, ask, admission)
  const name = admission.name ?? ask.displayName ?? earlier?.name
  if (name === undefined) throw signalingErrors.raise.name_needed({}, { field: 'data.displayName' })
  const participant = admission.participant ?? earlier?.participant ?? `guest-${deps.mintUlid()}`
  return { admission, participant, name, replaces: earlier?.attachment }
}

/** The part of the request that a refusal is about. */
function fieldOf(code: PlacementRefusal): { field: string } {
  return { field: code === 'no_region' ? 'data.region' : 'data.token' }
}

/** Refusals by what the meeting itself is, which its people know or can do something about; each is a code of its own. */
const forPeople = ['meeting_not_started', 'meeting_full', 'meeting_locked', 'meeting_ended'] as const
const isForPeople = (code: PlacementRefusal): code is (typeof forPeople)[number] => forPeople.some((each) => each === code)

function placedOf(answer: PlacementAnswer): Placed {
  if (answer.result === 'placed') return answer
  const { code, reason } = answer
  if (answer.result !== 'refused')
    throw signalingErrors.raise.placement_later({ code, reason }, { retryAfterMs: answer.retryAfterMs })
  if (isForPeople(code)) throw signalingErrors.raise[code]({ reason }, fieldOf(code))
  throw signalingErrors.raise.placement_refused({ code, reason }, fieldOf(code))
}

/** What the placement says to the client; whatever else goes wrong between the operator and us is our own affair. */
const placementSays = new Set(['no_snapshot', 'leader_unknown', 'meeting_unknown', 'unavailable', 'timeout', 'too_many'])

function placementFault(deps: EnterDeps, thrown: unknown): CodedError {
  if (thrown instanceof CodedError && placementSays.has(thrown.code)) return thrown
  deps.log.error({ code: asCodedError(thrown).code, err: thrown }, 'placement failed')
  return commonErrors.raise.unavailable({ what: 'The placement of meetings' }, { cause: thrown })
}

function attachFault(deps: EnterDeps, placed: Placed, thrown: unknown): CodedError {
  if (thrown instanceof CodedError && clientsBusiness.has(thrown.code)) return thrown
  const code = thrown instanceof CodedError ? thrown.code : 'internal'
  deps.log.warn({ node: placed.node, attachment: placed.attachment, code, err: thrown }, 'media node refused an attachment')
  return signalingErrors.raise.media_node_unreachable({}, { cause: thrown })
}

interface Attempt {
  readonly excludeNodes: readonly string[]
  /** The attachment that this one takes the place of. */
  readonly replaces: string | undefined
  readonly count: number
}

async function place(deps: EnterDeps, joiner: Joiner, wish: { ask: JoinRequest; attempt: Attempt; signal: AbortSignal }) {
  const { namespace, room, title, rights } = joiner.admission
  const { region, rttsMs } = wish.ask
  const { excludeNodes, replaces } = wish.attempt
  const meeting = { namespace, name: room }
  const request: PlacementRequest = {
    participant: joiner.participant,
    displayName: joiner.name,
    rights,
    idempotencyKey: deps.mintUlid(),
    ...(title === undefined ? {} : { title }),
    ...(region === undefined ? {} : { region }),
    ...(rttsMs === undefined ? {} : { rttsMs }),
    ...(excludeNodes.length === 0 ? {} : { excludeNodes: [...excludeNodes].slice(-maxExcluded) }),
    ...(replaces === undefined ? {} : { replaces }),
  }
  try {
    return await deps.placement.place(meeting, request, wish.signal)
  } catch (thrown) {
    throw wish.signal.aborted ? thrown : placementFault(deps, thrown)
  }
}

/** Asks again, as the same participant, while they stand in line, and tells them where. */
async function placeInTurn(
  deps: EnterDeps,
  joiner: Joiner,
  wish: Parameters<typeof place>[2] & { host: SeatHost },
): Promise<PlacementAnswer> {
  const untilMs = deps.clock.monotonicMs() + inLineAtMostMs
  for (;;) {
    const answer = await place(deps, joiner, wish)
    if (answer.result !== 'queued' || deps.clock.monotonicMs() >= untilMs) return answer
    wish.host.tell('waiting', { position: answer.position, why: answer.reason })
    await deps.clock.sleep(answer.retryAfterMs, wish.signal)
  }
}

async function attach(
  deps: EnterDeps,
  joiner: Joiner,
  wish: { placed: Placed; host: SeatHost; signal: AbortSignal },
): Promise<Seat> {
  const { placed, host, signal } = wish
  const { meeting, attachment, node, url, grant } = placed
  try {
    signal.throwIfAborted()
    return await takeSeat(deps, {
      ...{ meeting, attachment, node, url, host },
      participant: joiner.participant,
      open: (connection, onNotification) =>
        connection.attach({ attachment, grant, sessionEpoch: firstEpoch(deps.clock.nowMs()), onNotification }),
    })
  } catch (thrown) {
    void deps.placement.release({ namespace: meeting.namespace, name: meeting.name }, joiner.participant, attachment)
    throw attachFault(deps, placed, thrown)
  }
}

/** Whether another placement may go better than the one that the media node refused. */
const isWorthAnother = (thrown: unknown): boolean =>
  thrown instanceof CodedError && (thrown.retry === 'elsewhere' || thrown.code === 'grant_superseded')

/** Whether nothing is the matter with the node: the grant is of an operator that leads no more, or has not told it yet of the place. */
const isWell = ({ decidedBy }: Placed, code: string): boolean =>
  code === 'grant_superseded' || (code === 'no_place_here' && decidedBy === 'operator')

/** What people call the meeting: the operator says it, or said it in its last topology; else the token does. */
function titleOf(deps: EnterDeps, { meeting, title }: Placed, admission: Admission): string {
  const known = deps.placement
    .topology()
    ?.meetings.find(({ namespace, name }) => namespace === meeting.namespace && name === meeting.name)
  return title ?? known?.title ?? admission.title ?? meeting.name
}

/**
 * Lets a client in: checks its token, asks for a place, attaches there. A media node that cannot take it, or is not there, is excluded
 * and one other is tried. Raises the coded error of whatever refused; nothing is left of an attempt that failed.
 */
export async function join(
  deps: EnterDeps,
  ask: JoinRequest,
  { host, signal }: { host: SeatHost; signal: AbortSignal },
): Promise<Entered> {
  const joiner = await joinerOf(deps, ask)

  async function attempted(attempt: Attempt): Promise<Entered> {
    const placed = placedOf(await placeInTurn(deps, joiner, { ask, attempt, signal, host }))
    let seat: Seat
    try {
      seat = await attach(deps, joiner, { placed, host, signal })
    } catch (thrown) {
      const last = attempt.count === maxNodes || signal.aborted
      if (last || !isWorthAnother(thrown)) throw thrown
      const { code } = asCodedError(thrown)
      return attempted({
        excludeNodes: isWell(placed, code) ? attempt.excludeNodes : [...attempt.excludeNodes, placed.node],
        // An attachment that was not answered may stand all the same: the next one takes its place.
        replaces: attempt.replaces ?? placed.attachment,
        count: attempt.count + 1,
      })
    }
    const { meeting, attachment, node, url, region, reason, turnUrls } = placed
    const { participant, name } = joiner
    const claims = { meeting, title: titleOf(deps, placed, joiner.admission), attachment, node, url, region, participant, name }
    return welcomed(deps, { by: 'join', seat, claims, reason, turn: turnFor(deps, turnUrls) })
  }

  return attempted({ excludeNodes: ask.excludeNodes ?? [], replaces: joiner.replaces, count: 1 })
}
