import { expect, test } from 'vitest'

import type { MediaNodePool } from '../../../crds/index.ts'
import { createLog } from '../../../kit/log.ts'
import { ApiError } from '../../kube/client/apiError.ts'
import { kinds } from '../../kube/kinds.ts'
import { placedIn } from '../processes/installation.ts'
import { Simulation } from '../world/simulation.ts'

const rights = { publish: [], subscribe: true, hidden: false }

/** A log, and what stands in it. */
function aLog() {
  const lines: string[] = []
  const log = createLog({ service: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } })
  return { log, logged: (text: string) => lines.filter((line) => line.includes(text)) }
}

/** A pool with a node, an operator that serves all namespaces and reads which there are, and what it logs. */
async function aWorld({ namespaces = [], blind = false }: { readonly namespaces?: readonly string[]; readonly blind?: boolean }) {
  const { log, logged } = aLog()
  const simulation = new Simulation({ log })
  simulation.serves = []
  simulation.faults.apiCall = ({ about }) => (blind && about === 'Namespace' ? 'refused' : undefined)
  for (const name of namespaces) simulation.cluster.put(kinds.Namespace, { metadata: { name } })
  simulation.pool('eu')
  simulation.node('eu-1', 'eu')
  simulation.operator('one')
  await simulation.pass(5_000)
  let asked = 0
  const join = (namespace: string, name = 'standup') =>
    simulation
      .leader()
      ?.placer.place(
        { namespace, name },
        { participant: 'ann', displayName: 'Ann', rights, idempotencyKey: `asked-${++asked}` },
        'signaling',
      )
  return { simulation, join, logged }
}

test('a meeting of a namespace that does not exist is refused with a code and words, and nothing is logged as an error', async () => {
  const { simulation, join, logged } = await aWorld({ namespaces: ['demo'] })
  expect(await join('nope')).toEqual({
    ...{ result: 'refused', code: 'ad_hoc_not_allowed' },
    reason: 'there is no meeting nope/standup: there is no namespace nope',
  })
  expect(await join('demo')).toMatchObject({ result: 'placed' })
  await simulation.pass(60_000)
  expect(logged('"level":"error"')).toEqual([])
})

test('a namespace that is made takes meetings at once, one that is deleted none', async () => {
  const { simulation, join } = await aWorld({ namespaces: ['demo'] })
  simulation.cluster.put(kinds.Namespace, { metadata: { name: 'team' } })
  await simulation.pass(10)
  expect(await join('team')).toMatchObject({ result: 'placed' })
  const deletionTimestamp = new Date(simulation.clock.nowMs()).toISOString()
  simulation.cluster.put(kinds.Namespace, { metadata: { name: 'team', deletionTimestamp } })
  await simulation.pass(10)
  expect(await join('team', 'retro')).toMatchObject({
    reason: 'there is no meeting team/retro: the namespace team is being deleted',
  })
  simulation.cluster.remove(kinds.Namespace, { name: 'team' })
  await simulation.pass(10)
  expect(await join('team', 'retro')).toMatchObject({ reason: 'there is no meeting team/retro: there is no namespace team' })
})

test('an operator that may not read namespaces leads all the same, and tells a refused object in words, without a stack', async () => {
  const { simulation, logged } = await aWorld({ blind: true })
  const missing = new ApiError('notFound', 'namespaces "demo" not found', { status: 404 })
  placedIn(await simulation.join('chat', 'ann', { region: 'eu-west' }))
  simulation.cluster.fail('create', missing, missing, missing)
  await simulation.pass(60_000)
  const ready = simulation.cluster
    .object<MediaNodePool>(kinds.MediaNodePool, 'eu')
    ?.status?.conditions?.find(({ type }) => type === 'Ready')
  expect(ready).toMatchObject({ status: 'False', reason: 'CreateRefused' })
  expect(ready?.message).toContain('ad hoc meetings get no object: there is no namespace demo')
  expect(logged('object of an ad hoc meeting refused').length).toBeGreaterThan(0)
  expect(logged('object of an ad hoc meeting refused').filter((line) => line.includes('"stack"'))).toEqual([])
  expect(logged('"level":"error"')).toEqual([])
})

test('an operator that serves named namespaces makes no meetings in others', async () => {
  const { simulation } = await aWorld({})
  await simulation.leader()?.kill()
  simulation.serves = ['team-a', 'team-b']
  simulation.operator('two')
  await simulation.pass(40_000)
  expect(await simulation.place('standup', 'ann')).toMatchObject({
    code: 'ad_hoc_not_allowed',
    reason: 'there is no meeting demo/standup: the operator does not serve the namespace demo, but team-a, team-b',
  })
})
