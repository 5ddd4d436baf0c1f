import type { Clock } from '../../kit/clock.ts'
import type { MintUlid } from '../../kit/ids.ts'
import type { Log } from '../../kit/log.ts'
import type { GrantClaims } from '../../sfu/api/grant.ts'
import type { MeetingName } from '../api/client.ts'
import type { PlacementAnswer, PlacementRequest } from '../api/placement.ts'
import { commit, type Committed } from '../ledger/commit.ts'
import { placementView } from '../ledger/ledgerView.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { movedInWords, personOf, type Move } from '../ledger/people/moves.ts'
import { seatMs } from '../ledger/people/people.ts'
import type { OperatorMetrics } from '../metrics.ts'
import { place } from '../placement/place.ts'
import { settling, type Term } from '../placement/settling.ts'
import { placeOn } from '../placement/placeOn.ts'
import type { Decision, PlacementView, Wish } from '../placement/view.ts'
import { unheardHolders } from '../view/unheard.ts'
import { createNotPlacedLog } from './notPlacedLog.ts'
import { noteTurnedAway } from './turnedAway.ts'
import type { Signer } from './signer.ts'
import { createTurns, type Queued } from './turns.ts'

/** What {@link createPlacer} needs. */
export interface PlacerOptions {
  readonly ledger: Ledger
  /** Of this replica's term. */
  readonly epoch: () => number
  readonly signer: Signer
  readonly clock: Clock
  readonly random: () => number
  readonly mintUlid: MintUlid
  readonly turnUrls: readonly string[]
  readonly log: Log
  readonly metrics: OperatorMetrics
}

/** Places participants: decides, writes it into the ledger in the same turn, and signs the grant. Only the leader's may be asked. */
export interface Placer {
  /** `bearer` is the name of the token by which it is asked: whose word it is that media nodes failed the participant. */
  place(meeting: MeetingName, request: PlacementRequest, bearer: string): Promise<PlacementAnswer>
  release(meeting: MeetingName, participant: string, attachment: string): void
}

/** When to try again where there is no room: long enough for a load report, spread so that not all come back at once. */
const tryAfterMs = { least: 1_000, jitter: 2_000 }
/** The same while a meeting's media nodes are about to hear of a new leader, which takes one order. */
const settledAfterMs = { least: 200, jitter: 300 }

type Placed = Extract<Decision, { result: 'placed' }>
type NotPlaced = Exclude<Decision, Placed> | Queued
type Decided =
  | { readonly decision: Placed; readonly committed: Committed & Pick<GrantClaims, 'limit'> }
  | { readonly decision: NotPlaced; readonly committed: undefined }

const wishOf = (meeting: MeetingName, request: PlacementRequest): Wish => ({
  ...meeting,
  participant: request.participant,
  rights: request.rights,
  title: request.title,
  region: request.region,
  rttsMs: request.rttsMs,
  excludeNodes: request.excludeNodes,
  replaces: request.replaces,
})

/** Makes the placer. */
export function createPlacer(options: PlacerOptions): Placer {
  const { ledger, signer, clock, random, mintUlid, turnUrls, log, metrics } = options
  const turns = createTurns({ ledger, random })
  const noteNotPlaced = createNotPlacedLog({ clock, log })
  const placements = metrics.placements.labels({ result: 'placed', code: '' })
  let term: Term = { epoch: Number.NaN, sinceMs: 0 }

  /** The term that counts places; it begins with its first placement. */
  function termAt(nowMs: number): Term {
    const epoch = options.epoch()
    if (epoch !== term.epoch) term = { epoch, sinceMs: nowMs }
    return term
  }

  /** By which a media node counts while no order says so, and knows an earlier operator's grant and who is in the meeting already. */
  function limitOf({ meeting }: PlacementView, { participant }: Wish): Pick<GrantClaims, 'limit'> {
    const maxParticipants = meeting?.capacity
    if (maxParticipants === undefined) return {}
    const seated = meeting?.people.isSeated(participant) === true ? { seated: true } : {}
    return { limit: { maxParticipants, epoch: options.epoch(), ...seated } }
  }

  async function granted(
    decision: Placed,
    { meeting, attachment, limit }: Committed & Pick<GrantClaims, 'limit'>,
    request: PlacementRequest,
  ): Promise<PlacementAnswer> {
    const { node, region, reason } = decision
    const grant = await signer.grant(node.name, {
      sub: request.participant,
      name: request.displayName,
      meeting,
      attachment,
      rights: request.rights,
      ...(request.replaces === undefined ? {} : { replaces: request.replaces }),
      ...(limit === undefined ? {} : { limit }),
    })
    const title = ledger.meetings.get(`${meeting.namespace}/${meeting.name}`)?.title
    return {
      result: 'placed',
      meeting,
      ...(title === undefined ? {} : { title }),
      attachment,
      node: node.name,
      region,
      url: node.url ?? '', // A node that is ready has been heard at its URL.
      grant,
      turnUrls: [...turnUrls],
      decidedBy: 'operator',
      reason,
    }
  }

  /** Where somebody was meant to go, if that still takes them. */
  function decideMeant(view: PlacementView, wish: Wish, move: Move): Decision {
    const { from, to, reason, loss } = move
    const node = to === undefined ? undefined : ledger.nodes.get(to)
    const there = node === undefined ? undefined : placeOn(view, wish, node)
    const decision = there?.result === 'placed' ? there : place(view, wish)
    if (decision.result !== 'placed') return decision
    const missed = decision === there || to === undefined ? '' : `meant for ${to}, which does not take them now; `
    return {
      ...decision,
      moved: { from, why: reason, isAskedFor: loss === undefined },
      reason: `${movedInWords(move)}; ${missed}${decision.reason}`,
    }
  }

  /** Somebody who was told to move, or whose node was lost: what was kept free for them there counts no more against them. */
  function decideFor(view: PlacementView, wish: Wish, move: Move | undefined): Decision {
    if (move === undefined) return place(view, wish)
    if (move.reservation !== undefined) ledger.reservations.drop(move.reservation)
    return decideMeant(view, wish, move)
  }

  /** Their place is theirs: the move is over, and the seat that was kept is free for them to take in the same turn. */
  function endMove(view: PlacementView, wish: Wish, { seat }: Move): void {
    ledger.moves.end(personOf(wish, wish.participant))
    if (seat === undefined || view.meeting === undefined) return
    ledger.meetings.handOver(view.meeting, { participant: wish.participant, attachment: seat }, view.nowMs)
  }

  /** Decides and commits without a pause in between, so that no two joins take the last seat. */
  function decide(meeting: MeetingName, request: PlacementRequest): Decided {
    const wish = wishOf(meeting, request)
    const view = placementView(ledger, meeting, { nowMs: clock.monotonicMs(), wallMs: clock.nowMs() })
    const notYet = settling(view, wish, {
      term: termAt(view.nowMs),
      grantsLiveMs: seatMs,
      unheard: (entry) => unheardHolders(ledger, entry, view.nowMs),
    })
    const move = ledger.moves.of(personOf(wish, wish.participant), wish.replaces, view.nowMs)
    const found = notYet ?? decideFor(view, wish, move)
    const decision = notYet ?? turns.take(view, wish, found)
    if (found.result !== 'placed') noteTurnedAway(ledger, view, found)
    if (decision.result !== 'placed') return { decision, committed: undefined }
    if (move !== undefined) endMove(view, wish, move)
    const limit = limitOf(view, wish)
    return { decision, committed: { ...commit(ledger, { decision, wish, view }, mintUlid), ...limit } }
  }

  /** Media nodes that a participant is on and does not want to be on have lost their media. */
  function noteLostMedia({ namespace, name }: MeetingName, request: PlacementRequest, bearer: string): void {
    const { participant, excludeNodes: nodes } = request
    if (nodes !== undefined)
      ledger.lostMedia({ meeting: `${namespace}/${name}`, participant, nodes, bearer }, clock.monotonicMs())
  }

  function notPlaced(meeting: MeetingName, decision: NotPlaced): PlacementAnswer {
    metrics.placements.inc({ result: decision.result, code: decision.code })
    noteNotPlaced(meeting, decision)
    if (decision.result !== 'tryAfter') return decision
    const { least, jitter } = decision.code === 'meeting_settling' ? settledAfterMs : tryAfterMs
    return { ...decision, retryAfterMs: Math.round(least + random() * jitter) }
  }

  return {
    async place(meeting, request, bearer) {
      const startedMs = clock.monotonicMs()
      noteLostMedia(meeting, request, bearer)
      const { decision, committed } = decide(meeting, request)
      if (committed === undefined) return notPlaced(meeting, decision)
      const { namespace, name, incarnation } = committed.meeting
      const { attachment } = committed
      placements.inc()
      log.info({ namespace, meeting: name, incarnation, attachment, node: decision.node.name, reason: decision.reason }, 'placed')
      const answer = await granted(decision, committed, request)
      metrics.placementSeconds.observe((clock.monotonicMs() - startedMs) / 1000)
      return answer
    },
    release({ namespace, name }, participant, attachment) {
      const entry = ledger.meetings.get(`${namespace}/${name}`)
      if (entry !== undefined) ledger.meetings.release(entry, { participant, attachment }, clock.monotonicMs())
    },
  }
}
