import type { MintUlid } from '../../kit/ids.ts'
import type { PlacementClient } from '../../operator/api/client.ts'
import type { Welcome } from '../api/protocol.ts'
import { iceServersFor, type TurnSettings } from '../tokens/iceServers.ts'
import type { ClientTokens } from '../tokens/clientTokens.ts'
import type { ResumeClaims, ResumeTokens } from '../tokens/resumeTokens.ts'
import type { Seat, SeatDeps } from './seat.ts'
import type { Entrance } from './session.ts'

/** What it takes to let a client in. */
export interface EnterDeps extends SeatDeps {
  readonly clientTokens: ClientTokens
  readonly resumeTokens: ResumeTokens
  readonly placement: PlacementClient
  readonly mintUlid: MintUlid
  /** TURN of this installation; URLs of the topology are used beside its own. */
  readonly turn: TurnSettings
}

/** A client that has its seat, and what it is told. */
export interface Entered {
  readonly by: Entrance
  readonly seat: Seat
  /** Display name. */
  readonly name: string
  readonly turn: TurnSettings
  readonly welcome: Welcome
}

/** The TURN servers for a client: this installation's, and those that the operator names. */
export function turnFor(deps: EnterDeps, urls: readonly string[] = deps.placement.topology()?.turnUrls ?? []): TurnSettings {
  return { urls: [...new Set([...deps.turn.urls, ...urls])], secrets: deps.turn.secrets }
}

/** Sits down, and tells the client everything that it needs. */
export async function welcomed(
  deps: EnterDeps,
  of: { by: Entrance; seat: Seat; claims: ResumeClaims; reason: string; turn: TurnSettings },
): Promise<Entered> {
  const { by, seat, claims, turn } = of
  const { meeting, title, participant, attachment, name, node, region } = claims
  const { snapshot } = seat
  const resumeToken = await deps.resumeTokens.seal(claims, deps.clock.nowMs())
  const { feed, chat } = seat.sit()
  const welcome: Welcome = {
    meeting: { ...meeting, title },
    self: { participant, attachment, name, rights: snapshot.rights },
    node: { name: node, region, reason: of.reason },
    sessionEpoch: snapshot.sessionEpoch,
    resumeToken,
    iceServers: iceServersFor(participant, turn, deps.clock.nowMs()),
    routerRtpCapabilities: snapshot.routerRtpCapabilities,
    ...feed,
    chat,
    transports: snapshot.transports,
    producerIds: snapshot.producers.map(({ producerId }) => producerId),
    consumerIds: snapshot.consumers.map(({ consumerId }) => consumerId),
  }
  return { by, seat, name, turn, welcome }
}
