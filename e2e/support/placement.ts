import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { withinTime } from '../../kit/abort.ts'
import { explanation, type Explanation } from '../../operator/api/placement.ts'
import { topology, type Topology } from '../../operator/api/topology.ts'
import type { RunningDemo } from './demoProcess.ts'

const timeoutMs = 30_000

async function ask(demo: RunningDemo, path: string): Promise<unknown> {
  const token = readFileSync(join(demo.state, 'placement-token'), 'utf8')
  return withinTime({ timeoutMs }, async (signal) => {
    const answer = await fetch(`${demo.placement}${path}`, { headers: { authorization: `Bearer ${token}` }, signal })
    const body: unknown = await answer.json()
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`)
    return body
  })
}

/** The operator's topology: nodes, pools and meetings. */
export async function topologyOf(demo: RunningDemo): Promise<Topology> {
  return topology.parse(await ask(demo, '/v1/topology'))
}

/** Where a meeting is and why, as the operator knows it now. */
export async function explanationOf(demo: RunningDemo, meeting: { namespace: string; name: string }): Promise<Explanation> {
  return explanation.parse(await ask(demo, `/v1/namespaces/${meeting.namespace}/meetings/${meeting.name}/explanation`))
}
