import { join } from 'node:path'

import type { MediaNode } from '../../crds/index.ts'
import { systemClock } from '../../kit/clock.ts'
import { readSigningKey, signToken } from '../../kit/keys.ts'
import type { NodeLoad } from '../../sfu/api/load.ts'
import { createNodeClient, type NodeClient } from '../../sfu/api/nodeClient.ts'
import type { SegmentReport } from '../../sfu/api/order.ts'
import { bearerLifetimeMs, tokenTypes } from '../../sfu/api/tokens.ts'
import { kubeRest } from '../demo/kubeRest.ts'
import { namespace } from '../demo/layout.ts'
import type { RunningDemo } from './demoProcess.ts'

/** What a media node says about itself, asked with the demo's own operator key. */
export interface AgentView {
  readonly name: string
  segments(): Promise<readonly SegmentReport[]>
  /** What it carries now: routers, transports, pipes, pipe ports. */
  load(): Promise<NodeLoad>
}

const loadTimeoutMs = 5_000

async function loadOf(client: NodeClient): Promise<NodeLoad> {
  const stream = new AbortController()
  const late = setTimeout(() => stream.abort(new Error(`no load line within ${loadTimeoutMs} ms`)), loadTimeoutMs)
  try {
    for await (const line of client.loadStream(stream.signal)) if (line.type === 'load') return line.load
    throw new Error('the load stream ended without a load line')
  } finally {
    clearTimeout(late)
    stream.abort()
  }
}

/** The media nodes of a demo. */
export async function agentsOf(demo: RunningDemo): Promise<readonly AgentView[]> {
  const key = await readSigningKey(join(demo.state, 'operator-key.json'))
  const nodes = await kubeRest(demo.api).list<MediaNode>('medianodes', namespace)
  return nodes.map(({ metadata: { name }, spec: { address } }) => {
    const bearer = (): Promise<string> =>
      signToken(key, { type: tokenTypes.order.type, audience: name, claims: {}, nowMs: Date.now(), lifetimeMs: bearerLifetimeMs })
    const client = createNodeClient({ url: address, bearer, clock: systemClock })
    return { name, segments: () => client.getSegments(), load: () => loadOf(client) }
  })
}

/** What all media nodes together hold, for a comparison of before and after. */
export interface Holdings {
  readonly routers: number
  readonly transports: number
  readonly producers: number
  readonly consumers: number
  readonly pipes: number
  readonly pipePorts: number
  readonly participants: number
}

/** Adds up what the media nodes hold now. */
export async function holdingsOf(agents: readonly AgentView[]): Promise<Holdings> {
  const loads = await Promise.all(agents.map((agent) => agent.load()))
  const workers = loads.flatMap((load) => load.workers)
  const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0)
  return {
    routers: sum(workers, ({ routers }) => routers),
    transports: sum(workers, ({ transports }) => transports),
    producers: sum(workers, ({ producers }) => producers),
    consumers: sum(workers, ({ consumers }) => consumers),
    pipes: sum(loads, ({ pipes }) => pipes),
    pipePorts: sum(loads, ({ pipePorts }) => pipePorts),
    participants: sum(loads, ({ participants }) => participants),
  }
}
