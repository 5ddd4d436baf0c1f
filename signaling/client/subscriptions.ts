import { kindOfSource, type Source } from '../../sfu/api/rights.ts'
import type { MeetingState, Participant, Subscription } from './state.ts'

/** A track of somebody else that should be received. */
export interface WantedTrack {
  readonly trackId: string
  readonly participant: string
  readonly source: Source
  readonly producerId: string
}

/** How many pictures are received without being asked for. */
export const autoVideoTracks = 6

/** Screens before cameras, then whoever came first. */
const rank = (wanted: WantedTrack): number => (wanted.source === 'screen' ? 0 : 1)

/**
 * The tracks that a client receives: everything that is heard, and of pictures what `watched` says, else the first
 * {@link autoVideoTracks}. Pure; `participants` are in the order they joined.
 */
export function wantedTracks(
  participants: readonly Participant[],
  watched: ReadonlyMap<string, boolean>,
  maySubscribe: boolean,
): WantedTrack[] {
  if (!maySubscribe) return []
  const tracks = participants
    .filter(({ self }) => !self)
    .flatMap(({ participant, tracks: own }) =>
      own.map(({ trackId, source, producerId }): WantedTrack => ({ trackId, participant, source, producerId })),
    )
  const heard = tracks.filter(({ source }) => kindOfSource[source] === 'audio')
  const seen = tracks.filter(({ source }) => kindOfSource[source] === 'video').toSorted((a, b) => rank(a) - rank(b))
  const chosen = seen.filter(({ trackId }) => watched.get(trackId) === true)
  const free = Math.max(0, autoVideoTracks - chosen.length)
  const automatic = seen.filter(({ trackId }) => !watched.has(trackId)).slice(0, free)
  return [...heard, ...chosen, ...automatic]
}

/** The subscriptions for what is wanted: kept where they were there, begun where they are new, dropped where nobody wants them. */
export function subscriptionsFor(
  wanted: readonly WantedTrack[],
  before: ReadonlyMap<string, Subscription>,
): ReadonlyMap<string, Subscription> {
  const begun = { track: undefined, state: 'consuming', trouble: undefined } as const
  return new Map(wanted.map((want) => [want.trackId, { ...begun, ...before.get(want.trackId), ...want }]))
}

/** Whether somebody's camera comes and is on: its packets come all the time. A screen may stand still, and a voice be silent. */
export function receivesCamera({ participants, subscriptions }: Pick<MeetingState, 'participants' | 'subscriptions'>): boolean {
  const isOn = ({ trackId, source, muted }: Participant['tracks'][number]): boolean =>
    source === 'camera' && !muted && subscriptions.get(trackId)?.state === 'live'
  return participants.some(({ self, tracks }) => !self && tracks.some(isOn))
}
