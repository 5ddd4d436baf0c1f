import { sfuErrors } from '../api/errors.ts'
import { kindOfSource } from '../api/rights.ts'
import type { RoutedTrack } from '../segment/tracks.ts'
import type { SessionHost } from './host.ts'
import { pipeWaitMs } from './limits.ts'

/**
 * Brings a track into this segment's router and resolves with it. Audio of other nodes comes unasked; their video is asked for in the
 * name of `holder`, who must release it in {@link SessionHost.wants} when this rejects and when it no longer needs the track.
 */
export async function routeTrack(host: SessionHost, wish: { trackId: string; holder: string }): Promise<RoutedTrack> {
  const [found] = host.roster.tracks(wish.trackId)
  if (!found) throw sfuErrors.raise.unknown_track({}, { field: 'data.trackId' })
  const { entry, track } = found
  if (entry.node === host.node) {
    const local = host.tracks.get(track.producerId)
    if (!local) throw sfuErrors.raise.unknown_track({}, { field: 'data.trackId' })
    return local
  }
  if (kindOfSource[track.source] === 'video') {
    host.wants.hold(wish.trackId, wish.holder)
    await host.confirmWant(entry.node, wish.trackId)
  }
  return host.tracks.arrived(track.producerId, pipeWaitMs)
}
