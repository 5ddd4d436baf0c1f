import { expect, test } from 'vitest'

import { kinds } from '../../kube/kinds.ts'
import { zoneLabel } from '../../pods/zone.ts'
import { aCluster } from '../world/aCluster.ts'

test('a media node stands in the zone of the Kubernetes Node that its Pod runs on, unless its own label says another', async () => {
  const { simulation, kubernetes } = await aCluster({ replicas: 2 })
  const named = new Map(kubernetes.pods().map(({ spec, metadata }) => [spec.nodeName, metadata.name]))
  const zones = () => ['k1', 'k2'].map((host) => simulation.leader()?.world.ledger.nodes.get(named.get(host) ?? '')?.zone)
  expect(zones()).toEqual([undefined, undefined])

  for (const [host, zone] of [
    ['k1', 'eu-1'],
    ['k2', 'eu-2'],
  ] as const) {
    const known = simulation.cluster.object(kinds.Node, host)
    simulation.cluster.put(kinds.Node, { ...known, metadata: { name: host, labels: { [zoneLabel]: zone } } })
  }
  await simulation.pass(1_000)
  expect(zones()).toEqual(['eu-1', 'eu-2'])

  const own = simulation.cluster.object(kinds.MediaNode, named.get('k2') ?? '')
  simulation.cluster.put(kinds.MediaNode, { ...own, metadata: { ...own?.metadata, labels: { [zoneLabel]: 'eu-3' } } })
  await simulation.pass(1_000)
  expect(zones()).toEqual(['eu-1', 'eu-3'])
})
