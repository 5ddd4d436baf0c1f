import type { MediaNodePool, MediaNodePoolStatus } from '../../../crds/index.ts'
import { kinds } from '../../kube/kinds.ts'
import { FakeKubernetes } from './fakeKubernetes.ts'
import { seededRandom } from '../../../kit/seededRandom.ts'
import { Simulation } from './simulation.ts'

/** What {@link aCluster} makes. */
export interface ACluster {
  readonly simulation: Simulation
  readonly kubernetes: FakeKubernetes
}

/** The pool `eu` on three Kubernetes Nodes, and an operator that leads and has had ten seconds. */
export async function aCluster(spec: Partial<MediaNodePool['spec']> = {}): Promise<ACluster> {
  const simulation = new Simulation({ random: seededRandom(1) })
  simulation.pods = { mediaImage: 'parley-sfu:1', givenPools: [] }
  const kubernetes = new FakeKubernetes(simulation, ['k1', 'k2', 'k3'])
  simulation.pool('eu', spec)
  simulation.operator('one')
  await simulation.pass(10_000)
  return { simulation, kubernetes }
}

export const poolOf = (simulation: Simulation): MediaNodePool | undefined => simulation.cluster.object(kinds.MediaNodePool, 'eu')
export const poolStatus = (simulation: Simulation): MediaNodePoolStatus | undefined => poolOf(simulation)?.status

/** Changes the pool's spec as a person does. */
export function patchPool(simulation: Simulation, spec: Partial<MediaNodePool['spec']>): void {
  const pool = poolOf(simulation)
  const generation = (pool?.metadata.generation ?? 0) + 1
  simulation.cluster.put(kinds.MediaNodePool, {
    ...pool,
    metadata: { ...pool?.metadata, generation },
    spec: { ...pool?.spec, ...spec },
  })
}

/** The phases of the media nodes, each with the sources of its disruptions. */
export const phases = (simulation: Simulation): readonly string[] =>
  simulation.cluster
    .objects(kinds.MediaNode)
    .map(({ status }) => [status?.phase, ...(status?.disruptions ?? []).map(({ source }) => source)].join(' '))
    .toSorted()

/** What is written while time passes, but for the Lease. */
export async function quietWrites(simulation: Simulation, durationMs: number): Promise<readonly string[]> {
  const before = simulation.cluster.written.length
  await simulation.pass(durationMs)
  return simulation.cluster.written.slice(before).filter((write) => !write.includes('Lease'))
}
