/** A media server as the peers' algorithms see it. */
export interface PeerServer {
  readonly name: string
  readonly region: string
  /** 0 to 1. */
  readonly load: number
  /** Monotonic milliseconds. */
  readonly heardAtMs: number
}

/** Another project's way to choose a server, restated in TypeScript: what it does for one join, over the servers it knows. */
export interface Peer {
  /** The project, its file, and what of it is restated. */
  readonly source: string
  /** The server for a participant of `region`; `hosting` has those that the meeting stands on. */
  choose(
    servers: readonly PeerServer[],
    join: { region: string; hosting: ReadonlySet<PeerServer>; nowMs: number },
  ): PeerServer | undefined
}
