import type { Peer, PeerServer } from './peer.ts'

const stressThreshold = 0.8
const failedAfterMs = 5_000

type Choice = (servers: readonly PeerServer[], hosting: ReadonlySet<PeerServer>, region: string) => PeerServer | undefined

const notLoaded = (servers: readonly PeerServer[]): readonly PeerServer[] => servers.filter(({ load }) => load < stressThreshold)
/** As Kotlin's `intersect`: a set of all, of which those of the other stay, in order. */
const intersect = (servers: readonly PeerServer[], others: ReadonlySet<PeerServer>): readonly PeerServer[] =>
  [...new Set(servers)].filter((server) => others.has(server))
const inRegion = (servers: readonly PeerServer[], region: string): PeerServer | undefined =>
  servers.find((server) => server.region === region)

/** The region groups are left out: none are configured by default, and each is a group of its own. */
const chain: readonly Choice[] = [
  (servers, hosting, region) => inRegion(intersect(notLoaded(servers), hosting), region),
  (servers, _, region) => inRegion(notLoaded(servers), region),
  (servers, hosting) => intersect(notLoaded(servers), hosting)[0],
  (servers) => notLoaded(servers)[0],
  (servers, hosting) => intersect(servers, hosting)[0],
  (servers) => servers[0],
]

/** Jicofo's bridge selector with the region-based strategy: all bridges sorted by stress for each participant, filtered, then the first of a chain of choices. */
export const jicofo: Peer = {
  source: 'jitsi/jicofo jicofo-selector: BridgeSelector.selectBridge, RegionBasedBridgeSelectionStrategy.doSelect',
  choose(servers, { region, hosting, nowMs }) {
    const operational = (server: PeerServer): boolean => nowMs - server.heardAtMs < failedAfterMs
    const sorted = servers.toSorted((a, b) => Number(operational(b)) - Number(operational(a)) || a.load - b.load)
    // Not operational, shutting down, draining, in graceful shutdown: four lists, one after the other.
    const candidates = sorted.filter(operational).filter(Boolean).filter(Boolean).filter(Boolean)
    if (!candidates.some((server) => server.region === region)) return candidates[0]
    for (const choose of chain) {
      const found = choose(candidates, hosting, region)
      if (found !== undefined) return found
    }
    return undefined
  },
}
