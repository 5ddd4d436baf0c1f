import type { Peer, PeerServer } from './peer.ts'

const availableMs = 5_000
const sysloadLimit = 0.9

/** Great-circle distances count only by their order: regions stand in a ring here. */
function distances(region: string, servers: readonly PeerServer[]): ReadonlyMap<string, number> {
  const ring = [...new Set(servers.map((server) => server.region))].toSorted()
  return new Map(ring.map((each, index) => [each, Math.abs(index - ring.indexOf(region))]))
}

const distancesFrom = new Map<string, ReadonlyMap<string, number>>()

/** Those of the nearest region, in one pass. */
function nearest(servers: readonly PeerServer[], from: ReadonlyMap<string, number>): readonly PeerServer[] {
  let found: PeerServer[] = []
  let region: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const server of servers) {
    const distance = from.get(server.region)
    if (server.region === region) found.push(server)
    else if (distance !== undefined && distance < least) {
      least = distance
      region = server.region
      found = [server]
    }
  }
  return found.length > 0 ? found : servers
}

/**
 * LiveKit's selectors: available nodes, those of low load, the nearest region, sorted by load. A room that stands stays where it is; only
 * the choice for a new one is measured, without the Redis calls around it.
 */
export const livekit: Peer = {
  source: 'livekit/livekit pkg/routing/selector: sysload.go, regionaware.go, SelectSortedNode by sysload',
  choose(servers, { region, nowMs }) {
    const from = distancesFrom.get(region) ?? distances(region, servers)
    distancesFrom.set(region, from)
    const available = servers.filter(({ heardAtMs }) => nowMs - heardAtMs < availableMs)
    const low = available.filter(({ load }) => load < sysloadLimit)
    const near = nearest(low.length > 0 ? low : available, from)
    return near.toSorted((a, b) => a.load - b.load)[0]
  },
}
