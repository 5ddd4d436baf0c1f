import { expect, test } from 'vitest'

import type { MediaNodePool } from '../../../crds/index.ts'
import { kinds } from '../../kube/kinds.ts'
import { anInstallation, placedIn } from '../processes/installation.ts'
import { namespace } from '../world/simulation.ts'

test.each([
  ['an unknown pool', { pools: ['nowhere'] }, 'PoolMissing', 'meeting_invalid', 'spec.pools: there is no MediaNodePool nowhere'],
  [
    'labels that no pool has',
    { pools: ['eu', 'us'], poolSelector: { matchLabels: { tier: 'gold' } } },
    'PoolUnmatched',
    'no_pool_selected',
    'spec.poolSelector: no MediaNodePool among eu, us has the labels tier=gold',
  ],
  [
    'a region without pool',
    { regions: ['mars'] },
    'RegionMissing',
    'no_region',
    'spec.regions: no pool of the meeting stands in mars',
  ],
])('a meeting with %s says so, and is refused with the same words', async (_what, spec, reason, code, message) => {
  const simulation = await anInstallation()
  simulation.meeting('odd', spec)
  await simulation.pass(2_000)
  expect(simulation.meetingObject('odd')?.status).toMatchObject({
    phase: 'Waiting',
    conditions: [
      { type: 'Ready', status: 'False', reason, message },
      { type: 'Stalled', status: 'True', reason, message },
    ],
  })
  expect(await simulation.place('odd', 'ann')).toEqual({ result: 'refused', code, reason: message })
})

test('a pool that appears heals the meetings that waited for it', async () => {
  const simulation = await anInstallation()
  simulation.cluster.remove(kinds.MediaNodePool, { namespace, name: 'us' })
  simulation.meeting('western', { regions: ['us-east'] })
  await simulation.pass(2_000)
  expect(simulation.nodeObject('us-1')?.status?.conditions).toMatchObject([{ status: 'False', reason: 'PoolMissing' }, {}])
  simulation.pool('us')
  await simulation.pass(5_000)
  expect(simulation.meetingObject('western')?.status?.conditions).toMatchObject([
    { status: 'True' },
    { type: 'Stalled', status: 'False' },
  ])
  expect(simulation.nodeObject('us-1')?.status?.conditions).toMatchObject([{ status: 'True' }, {}])
  expect(placedIn(await simulation.join('western', 'ann'))).toMatchObject({ node: 'us-1' })
})

test('a media node of a pool that does not exist says so before it is heard', async () => {
  const simulation = await anInstallation()
  const spec = { pool: 'nowhere', address: 'http://stray:1', workers: 1, cordoned: false }
  simulation.cluster.put(kinds.MediaNode, { metadata: { name: 'stray', namespace, generation: 1 }, spec })
  await simulation.pass(3_000)
  expect(simulation.nodeObject('stray')?.status?.conditions?.[0]).toMatchObject({
    reason: 'PoolMissing',
    message: 'there is no MediaNodePool nowhere, so no meeting may use the node',
  })
})

test('a pool that asks for media nodes without an image says what it lacks', async () => {
  const simulation = await anInstallation()
  simulation.cluster.remove(kinds.MediaNode, { namespace, name: 'us-1' })
  simulation.pool('us', { replicas: 3 })
  await simulation.pass(3_000)
  expect(simulation.cluster.object<MediaNodePool>(kinds.MediaNodePool, 'us')?.status?.conditions?.[0]).toMatchObject({
    reason: 'TooFew',
    message: expect.stringMatching(/^spec.replicas asks for 3 media nodes and 0 are registered; .* set spec.image$/) as string,
  })
})

test('of the pools that a meeting names those that do not exist are told, and the others serve it', async () => {
  const simulation = await anInstallation()
  simulation.meeting('board', { pools: ['eu', 'nowhere'] })
  await simulation.pass(1_000)
  const stalled = simulation.meetingObject('board')?.status?.conditions?.find(({ type }) => type === 'Stalled')
  expect(stalled).toMatchObject({
    status: 'False',
    message: 'nothing stands in its way, though spec.pools names what does not exist: nowhere',
  })
  expect(await simulation.place('board', 'ann')).toMatchObject({ result: 'placed', region: 'eu-west' })
})

test('of the regions that a meeting allows those where no pool of it stands are told, and the others serve it', async () => {
  const simulation = await anInstallation()
  simulation.meeting('board', { pools: ['eu', 'nowhere'], regions: ['mars', 'us-east', 'eu-west'] })
  await simulation.pass(1_000)
  const stalled = simulation.meetingObject('board')?.status?.conditions?.find(({ type }) => type === 'Stalled')
  const mistakes = [
    'spec.pools names what does not exist: nowhere',
    'spec.regions names where none of its pools stands: mars, us-east',
  ]
  expect(stalled).toMatchObject({ status: 'False', message: `nothing stands in its way, though ${mistakes.join('; ')}` })
  expect(await simulation.place('board', 'ann', { region: 'us-east' })).toMatchObject({ result: 'placed', region: 'eu-west' })
})

test('a pool that does not take the namespace of a meeting refuses it', async () => {
  const simulation = await anInstallation()
  simulation.pool('eu', { allowedNamespaces: ['other'] })
  simulation.pool('us', { allowedNamespaces: ['other'] })
  await simulation.pass(2_000)
  expect(await simulation.place('standup', 'ann')).toMatchObject({ code: 'no_pool' })
  expect(simulation.meetingObject('standup')?.status?.conditions).toMatchObject([{ reason: 'PoolForbidden' }, { status: 'True' }])
  expect(await simulation.place('fresh', 'ann')).toMatchObject({ code: 'ad_hoc_not_allowed' })
})

test('two MediaNodes with one address: the agent is the one that it says it is', async () => {
  const simulation = await anInstallation()
  const spec = { pool: 'eu', address: 'http://eu-1:1', workers: 1, cordoned: false }
  simulation.cluster.put(kinds.MediaNode, { metadata: { name: 'twin', namespace, generation: 1 }, spec })
  await simulation.pass(5_000)
  expect(simulation.nodeObject('twin')?.status).toMatchObject({
    phase: 'NotReady',
    conditions: [
      { type: 'Ready', status: 'False', reason: 'WrongAgent', message: 'the agent at http://eu-1:1 calls itself eu-1, not twin' },
      { type: 'Reachable', status: 'Unknown', reason: 'NotTried' },
    ],
  })
  expect(simulation.nodeObject('eu-1')?.status?.phase).toBe('Ready')
})

test('a pool tells how many nodes it lacks', async () => {
  const simulation = await anInstallation()
  simulation.pool('us', { replicas: 3 })
  await simulation.pass(2_000)
  expect(simulation.cluster.object(kinds.MediaNodePool, 'us')?.status).toMatchObject({
    replicas: 1,
    ready: 1,
    conditions: [
      {
        status: 'False',
        reason: 'TooFew',
        message:
          'spec.replicas asks for 3 media nodes and 1 are registered; register MediaNodes that name this pool, or set spec.image',
      },
    ],
  })
  expect(simulation.cluster.object(kinds.MediaNodePool, 'eu')?.status).toMatchObject({
    conditions: [{ status: 'True', reason: 'Enough' }],
  })
})

test('full is an answer: nodes over their limit make people try later, segments take joins a little longer', async () => {
  const simulation = await anInstallation()
  placedIn(await simulation.join('standup', 'ann', { region: 'us-east' }))
  for (const node of simulation.nodes.values()) node.cpu = [0.7]
  await simulation.pass(25_000)
  expect(await simulation.place('standup', 'bob', { region: 'eu-west' })).toMatchObject({
    node: 'us-1',
    reason: 'eu-west has no room; hosts the meeting in us-east (load 0.70)',
  })
  expect(await simulation.place('fresh', 'cid')).toMatchObject({ result: 'tryAfter', code: 'nodes_full', retryAfterMs: 2_000 })
  for (const node of simulation.nodes.values()) node.cpu = [0.9]
  await simulation.pass(2_000)
  expect(await simulation.place('standup', 'dan')).toMatchObject({ result: 'tryAfter', code: 'nodes_full' })
  for (const node of simulation.nodes.keys()) simulation.kill(node)
  await simulation.pass(5_000)
  expect(await simulation.place('standup', 'eve')).toMatchObject({ result: 'tryAfter', code: 'no_node_ready' })
})

test('a burst of first joins spreads over the nodes before any load is measured', async () => {
  const simulation = await anInstallation()
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => simulation.join(`m${index}`, 'ann', { region: 'eu-west' })),
  )
  const on = (node: string): number => answers.filter((answer) => placedIn(answer).node === node).length
  expect([on('eu-1'), on('eu-2')]).toEqual([10, 10])
})
