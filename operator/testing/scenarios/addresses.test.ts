import { expect, test } from 'vitest'

import type { MediaNodePool } from '../../../crds/index.ts'
import { kinds } from '../../kube/kinds.ts'
import { FakeKubernetes } from '../world/fakeKubernetes.ts'
import { seededRandom } from '../../../kit/seededRandom.ts'
import { Simulation } from '../world/simulation.ts'

/** A pool of one media node on one Kubernetes Node, and an operator that leads. */
async function aCluster(
  spec: Partial<MediaNodePool['spec']> = {},
): Promise<{ simulation: Simulation; kubernetes: FakeKubernetes; name: string }> {
  const simulation = new Simulation({ random: seededRandom(1) })
  simulation.pods = { mediaImage: 'parley-sfu:1', givenPools: [] }
  const kubernetes = new FakeKubernetes(simulation, ['k1'])
  simulation.pool('eu', { replicas: 1, ...spec })
  simulation.operator('one')
  await simulation.pass(10_000)
  return { simulation, kubernetes, name: kubernetes.pods()[0]?.metadata.name ?? '' }
}

const toldTo = (simulation: Simulation, name: string): readonly string[] => simulation.nodes.get(name)?.addresses ?? []
const statusOf = (simulation: Simulation, name: string) => simulation.nodeObject(name)?.status

test('a node is told the address of its Kubernetes Node, and says so', async () => {
  const { simulation, name } = await aCluster()
  expect(toldTo(simulation, name)).toEqual(['192.0.2.1'])
  expect(statusOf(simulation, name)).toMatchObject({ phase: 'Ready', addresses: ['192.0.2.1'] })
})

test('a Kubernetes Node that gets another address: new transports name it; an agent that starts again is told again', async () => {
  const { simulation, kubernetes, name } = await aCluster()
  kubernetes.host('k1', {}, [
    { type: 'InternalIP', address: '192.0.2.1' },
    { type: 'ExternalIP', address: '203.0.113.7' },
  ])
  await simulation.pass(2_000)
  expect(statusOf(simulation, name)?.addresses).toEqual(['203.0.113.7'])
  const agent = simulation.nodes.get(name)
  if (agent === undefined) throw new Error('no agent')
  agent.restart()
  agent.addresses = ['10.0.0.1']
  agent.addressesGuessed = true
  await simulation.pass(5_000)
  expect(toldTo(simulation, name)).toEqual(['203.0.113.7'])
  expect(statusOf(simulation, name)).toMatchObject({ phase: 'Ready', addresses: ['203.0.113.7'] })
})

test('without an address a node takes nobody, and says what to do; once there is one it takes work', async () => {
  const simulation = new Simulation({ random: seededRandom(1) })
  simulation.pods = { mediaImage: 'parley-sfu:1', givenPools: [] }
  const kubernetes = new FakeKubernetes(simulation, [])
  kubernetes.host('k1', {}, [{ type: 'Hostname', address: 'k1' }])
  simulation.pool('eu', { replicas: 1 })
  simulation.operator('one')
  await simulation.pass(10_000)
  const name = kubernetes.pods()[0]?.metadata.name ?? ''
  expect(statusOf(simulation, name)?.phase).toBe('NotReady')
  expect(statusOf(simulation, name)?.conditions?.[0]).toMatchObject({
    ...{ type: 'Ready', status: 'False', reason: 'Unreachable' },
    message:
      'clients cannot be told where to send media: its Kubernetes Node k1 has neither an ExternalIP nor an InternalIP: set spec.network.address of the pool',
  })
  expect(statusOf(simulation, name)?.conditions).toContainEqual(
    expect.objectContaining({ type: 'Reachable', status: 'Unknown', reason: 'NotTried' }),
  )
  expect(await simulation.place('standup', 'ann')).toMatchObject({ result: 'tryAfter' })
  const pool = simulation.cluster.object(kinds.MediaNodePool, 'eu')
  if (pool === undefined) throw new Error('no pool')
  simulation.cluster.put(kinds.MediaNodePool, {
    ...pool,
    spec: { ...pool.spec, network: { ...pool.spec.network, address: '198.51.100.1' } },
  })
  await simulation.pass(5_000)
  expect(statusOf(simulation, name)).toMatchObject({ phase: 'Ready', addresses: ['198.51.100.1'] })
})

test('an order that does not reach the node is sent again', async () => {
  const { simulation, kubernetes, name } = await aCluster()
  let left = 2
  simulation.faults.agentCall = () => (left-- > 0 ? 'lostAnswer' : undefined)
  kubernetes.host('k1', {}, [{ type: 'ExternalIP', address: '203.0.113.9' }])
  await simulation.pass(10_000)
  expect(statusOf(simulation, name)?.addresses).toEqual(['203.0.113.9'])
  const writes = simulation.cluster.written.filter((write) => !write.includes('Lease')).length
  await simulation.pass(300_000)
  expect(simulation.cluster.written.filter((write) => !write.includes('Lease')).length).toBe(writes)
})

test('a node that was registered by its address and knows none of its own says how to start its agent', async () => {
  const simulation = new Simulation()
  simulation.pool('eu')
  simulation.node('eu-1', 'eu').addressesGuessed = true
  simulation.operator('one')
  await simulation.pass(5_000)
  expect(statusOf(simulation, 'eu-1')?.conditions?.[0]).toMatchObject({
    status: 'False',
    message: 'clients cannot be told where to send media: start its agent with --announced-address',
  })
})
