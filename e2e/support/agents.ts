import { join } from 'node:path'

import type { MediaNode } from '../../crds/index.ts'
import { systemClock } from '../../kit/clock.ts'
import { readSigningKey, signToken } from '../../kit/keys.ts'
import type { WorkerDump } from '../../sfu/api/dump.ts'
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
  /** What its media workers themselves say that they hold, added up. */
  workers(): Promise<Omit<WorkerDump, 'pid'>>
  /** What the agent counts: pipe ports, participants. */
  load(): Promise<NodeLoad>
}

const loadTimeoutMs = 30_000

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

function sumOf(dumps: readonly Omit<WorkerDump, 'pid'>[]): Omit<WorkerDump, 'pid'> {
  const sum = (key: Exclude<keyof WorkerDump, 'pid'>): number => dumps.reduce((total, dump) => total + dump[key], 0)
  return {
    routers: sum('routers'),
    webRtcTransports: sum('webRtcTransports'),
    pipeTransports: sum('pipeTransports'),
    producers: sum('producers'),
    consumers: sum('consumers'),
    handlers: sum('handlers'),
  }
}

async function workersOf(client: NodeClient): Promise<Omit<WorkerDump, 'pid'>> {
  return sumOf((await client.dump()).workers)
}

/** The media nodes of a demo. */
export async function agentsOf(demo: RunningDemo): Promise<readonly AgentView[]> {
  const key = await readSigningKey(join(demo.state, 'operator-key.json'))
  const nodes = await kubeRest(demo.api).list<MediaNode>('medianodes', namespace)
  return nodes.map(({ metadata: { name }, spec: { address: url = '' } }) => {
    const bearer = (): Promise<string> =>
      signToken(key, { type: tokenTypes.order.type, audience: name, claims: {}, nowMs: Date.now(), lifetimeMs: bearerLifetimeMs })
    const client = createNodeClient({ url, bearer, clock: systemClock })
    return { name, segments: () => client.getSegments(), workers: () => workersOf(client), load: () => loadOf(client) }
  })
}

/** What all media nodes together hold, for a comparison of before and after. */
export interface Holdings extends Omit<WorkerDump, 'pid'> {
  readonly segments: number
  readonly pipePorts: number
  readonly participants: number
}

/** Adds up what the media nodes hold now. */
export async function holdingsOf(agents: readonly AgentView[]): Promise<Holdings> {
  const workers = await Promise.all(agents.map((agent) => agent.workers()))
  const loads = await Promise.all(agents.map((agent) => agent.load()))
  const segments = await Promise.all(agents.map((agent) => agent.segments()))
  return {
    ...sumOf(workers),
    segments: segments.flat().length,
    pipePorts: loads.reduce((sum, load) => sum + load.pipePorts, 0),
    participants: loads.reduce((sum, load) => sum + load.participants, 0),
  }
}
