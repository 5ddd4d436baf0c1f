import type { ApiKey } from '../../signaling/api/apiKeys.ts'
import { meetingLink } from '../../signaling/api/meetingLink.ts'
import { mintClientToken } from '../../signaling/api/mintClientToken.ts'
import { clientPath } from '../../signaling/api/protocol.ts'
import { createSyntheticParticipant, type SyntheticParticipant } from '../../signaling/client/synthetic/syntheticParticipant.ts'

/** Where people come in: a signaling service and the key that it takes tokens of. */
export interface Entrance {
  /** Origin of the meeting page. */
  readonly pageUrl: string
  readonly apiKey: ApiKey
  /** Namespace of its meetings. */
  readonly namespace: string
}

/** Who joins what; without an identity by an invitation. */
export interface Visit {
  readonly meeting: string
  readonly region?: string | undefined
  readonly namespace?: string | undefined
  readonly identity?: string | undefined
}

const tokenLifetimeMs = 10 * 60_000

/** A client token; with a negative lifetime one that has expired. */
export function tokenAt({ apiKey, namespace }: Entrance, visit: Visit, lifetimeMs: number = tokenLifetimeMs): Promise<string> {
  const wish = {
    ...(visit.identity === undefined ? {} : { sub: visit.identity }),
    video: { room: visit.meeting, roomJoin: true as const },
    parley: { namespace: visit.namespace ?? namespace },
  }
  return mintClientToken(apiKey, wish, { nowMs: Date.now(), lifetimeMs })
}

/** The link that opens the page with an invitation. */
export async function linkAt(entrance: Entrance, visit: Visit): Promise<string> {
  const { meeting, region } = visit
  return meetingLink({ pageUrl: entrance.pageUrl, meeting, region, token: await tokenAt(entrance, visit) })
}

/** Joins as somebody without a browser who sends sound and a picture. */
export async function joinAt(
  entrance: Entrance,
  who: Visit & { readonly name: string; readonly toneHz?: number | undefined },
): Promise<SyntheticParticipant> {
  const person = createSyntheticParticipant({
    url: `${entrance.pageUrl.replace(/^http/, 'ws')}${clientPath}`,
    token: await tokenAt(entrance, who),
    displayName: who.name,
    region: who.region,
    ...(who.toneHz === undefined ? {} : { toneHz: who.toneHz }),
  })
  await person.join()
  person.publish('microphone')
  person.publish('camera')
  return person
}
