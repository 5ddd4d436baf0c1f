import { expect, test } from 'vitest'

import { kinds } from '../../kube/kinds.ts'
import { podLabels } from '../../pods/labels.ts'
import { ownedBy } from '../../pods/owned.ts'
import { templateHash } from '../../pods/template.ts'
import { aCluster, poolOf } from '../world/aCluster.ts'
import { placedIn } from '../processes/installation.ts'
import { namespace } from '../world/simulation.ts'
import type { SentWrite } from '../world/simulatedOperator.ts'
import { PodPools } from './podPools.ts'

const write = (verb: string, kind: string, name: string): SentWrite => ({
  ...{ operator: 'one', atMs: 0, verb, kind, name, body: undefined },
})

/** Two media nodes of a pool, on one of which is Ann, and who watches them. */
async function aWorld() {
  const { simulation } = await aCluster({ replicas: 2 })
  const check = new PodPools(simulation)
  const { node } = placedIn(await simulation.join('standup', 'ann'))
  await simulation.pass(2_000)
  const [other = ''] = [...simulation.nodes.keys()].filter((name) => name !== node)
  const disrupt = (name: string, deadlineMs: number, reason = 'Outdated'): void => {
    const deadline = new Date(simulation.clock.nowMs() + deadlineMs).toISOString()
    const disruptions = [{ source: 'Rollout', reason, message: 'because', since: deadline, deadline }]
    const object = simulation.nodeObject(name)
    simulation.cluster.put(kinds.MediaNode, { ...object, status: { ...object?.status, disruptions } })
  }
  return { simulation, check, node, other, disrupt }
}

test('a Pod is deleted with people on it, before their time is over', async () => {
  const { check, node, other, disrupt } = await aWorld()
  check.sent(write('delete', 'Pod', other))
  expect(check.faults).toEqual([])
  check.sent(write('delete', 'Pod', node))
  expect(check.faults).toEqual([expect.stringContaining(`one deletes the Pod ${node} with 1 people on it`)])
  disrupt(node, 0)
  check.sent(write('delete', 'Pod', node))
  expect(check.faults).toHaveLength(1)
})

test('more and more media nodes are made', async () => {
  const { simulation, check } = await aWorld()
  const pool = poolOf(simulation)
  if (pool === undefined) throw new Error('there is no pool')
  const make = (name: string, template = templateHash(pool.spec)): void => {
    const spec = { pool: 'eu', workers: 1, cordoned: false }
    const labels = { [podLabels.template]: template }
    simulation.cluster.put(kinds.MediaNode, { metadata: { name, namespace, labels, ownerReferences: ownedBy(pool) }, spec })
    check.written(write('create', 'MediaNode', name))
  }
  make('eu-3') // As a rollout does.
  make('eu-broken', 'of an older template, which never ran')
  expect(check.faults).toEqual([])
  make('eu-4')
  expect(check.faults).toEqual([expect.stringContaining('one makes media node number 4 of a pool that is to have 2')])
  check.noteUnanswered()
  make('eu-4')
  expect(check.faults).toHaveLength(1)
  make('eu-5')
  expect(check.faults).toHaveLength(2)
})

test('two nodes are emptied for a newer template at once; where they never ran that is right', async () => {
  const { check, node, other, disrupt } = await aWorld()
  disrupt(node, 60_000)
  check.written(write('patchStatus', 'MediaNode', node))
  disrupt(other, 60_000, 'NeverRan')
  check.written(write('patchStatus', 'MediaNode', other))
  expect(check.faults).toEqual([])
  disrupt(other, 60_000, 'NoRoom')
  check.written(write('patchStatus', 'MediaNode', other))
  expect(check.faults).toEqual([expect.stringContaining('one has more than one emptied for a newer template')])
})
