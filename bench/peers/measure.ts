import type { Fleet } from '../fleet.ts'
import { timesOf, type Times } from '../times.ts'
import { jicofo } from './jicofo.ts'
import { livekit } from './livekit.ts'
import type { Peer, PeerServer } from './peer.ts'

/** The times of other projects' algorithms, restated, over the same media nodes. */
export interface PeerTimes {
  readonly livekit: Times
  readonly jicofo: Times
}

/** Twice as many turns as are measured: the first half warms up. */
function timesOfPeer(peer: Peer, fleet: Fleet, of: { turns: number; servers: readonly PeerServer[] }): Times {
  const { turns, servers } = of
  const nowMs = servers.reduce((latest, { heardAtMs }) => Math.max(latest, heardAtMs), 0)
  const times = new Float64Array(turns)
  for (let turn = -turns; turn < turns; turn++) {
    const region = fleet.region()
    const at = (turn + turns) % servers.length
    const hosting = new Set(servers.slice(at, at + 2))
    const begun = process.hrtime.bigint()
    const chosen = peer.choose(servers, { region, hosting, nowMs })
    const took = Number(process.hrtime.bigint() - begun)
    if (chosen === undefined) throw new Error('a peer chose nobody')
    if (turn >= 0) times[turn] = took
  }
  return timesOf(times)
}

/** Lets the peers choose among the fleet's media nodes, as they are loaded now. */
export function peerTimes(fleet: Fleet): PeerTimes {
  const servers = [...fleet.ledger.nodes.all()].map((node): PeerServer => {
    return { name: node.name, region: node.region ?? '', load: node.newSegmentLoad, heardAtMs: node.heardAtMs ?? 0 }
  })
  const turns = Math.min(1_000, Math.ceil(1_000_000 / servers.length))
  return {
    livekit: timesOfPeer(livekit, fleet, { turns, servers }),
    jicofo: timesOfPeer(jicofo, fleet, { turns, servers }),
  }
}
