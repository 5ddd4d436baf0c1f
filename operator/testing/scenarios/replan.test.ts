import { expect, test } from 'vitest'

import { explainMeeting } from '../../service/explain.ts'
import { placedIn } from '../processes/installation.ts'
import { faultsOf } from '../invariants/meetings.ts'
import { namespace, Simulation } from '../world/simulation.ts'

const names = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']

/** Six nodes in one region, and an operator that leads. */
async function sixNodes(): Promise<Simulation> {
  const simulation = new Simulation()
  simulation.pool('eu')
  for (const name of names) simulation.node(name, 'eu')
  simulation.meeting('standup')
  simulation.operator('one')
  await simulation.pass(3_000)
  return simulation
}

/** Somebody joins on each of these nodes, one after another. */
async function spread(simulation: Simulation, nodes: readonly string[]): Promise<Map<string, string>> {
  const attachments = new Map<string, string>()
  for (const node of nodes) {
    const excludeNodes = names.filter((name) => name !== node)
    attachments.set(node, placedIn(await simulation.join('standup', `p-${node}`, { excludeNodes })).attachment)
    await simulation.pass(3_000)
  }
  return attachments
}

/** What a node reports of its edges: `core: n2 n3 (n4)`, with those in brackets that are leaving. */
function edgesOf(simulation: Simulation, name: string): string {
  const [report] = simulation.nodes.get(name)?.segments() ?? []
  const peers = report?.peers.map(({ node, leaving }) => (leaving === undefined ? node : `(${node})`)) ?? []
  return report === undefined ? 'nothing' : `${report.role}: ${peers.toSorted().join(' ')}`
}

/** Notes each change of what the nodes report. */
function record(simulation: Simulation, nodes: readonly string[]): ReadonlyMap<string, string[]> {
  const seen = new Map(nodes.map((name) => [name, [edgesOf(simulation, name)]]))
  for (const [name, steps] of seen) {
    simulation.nodes.get(name)?.listen(() => {
      const now = edgesOf(simulation, name)
      if (steps.at(-1) !== now) steps.push(now)
    })
  }
  return seen
}

test('the fifth node of a meeting turns the mesh into a core with leaves in two steps', async () => {
  const simulation = await sixNodes()
  await spread(simulation, names.slice(0, 4))
  expect(edgesOf(simulation, 'n2')).toBe('core: n1 n3 n4')
  const seen = record(simulation, ['n1', 'n2', 'n5'])
  await spread(simulation, ['n5'])
  await simulation.pass(5_000)
  expect(Object.fromEntries(seen)).toEqual({
    n1: ['core: n2 n3 n4', 'core: n2 n3 n4 n5'],
    n2: ['core: n1 n3 n4', 'leaf: (n3) (n4) n1', 'leaf: n1'],
    n5: ['nothing', 'core: ', 'leaf: n1'],
  })
  const told = simulation.meetingObject('standup')?.status?.segments?.map(({ node, why }) => `${node}: ${why.split('; ').at(-1)}`)
  expect(told).toEqual([
    'n1: core of eu-west already',
    ...['n2', 'n3', 'n4', 'n5'].map((name) => `${name}: leaf of n1, a core of eu-west`),
  ])
  expect(faultsOf(simulation)).toEqual([])
})

test('while the steps are made, an explanation says which pipes go and what they wait for', async () => {
  const simulation = await sixNodes()
  await spread(simulation, names.slice(0, 4))
  const excludeNodes = names.filter((name) => name !== 'n5')
  placedIn(await simulation.join('standup', 'p-n5', { excludeNodes }))
  await simulation.pass(300)
  const { ledger } = simulation.leader()?.world ?? {}
  if (ledger === undefined) throw new Error('nobody leads')
  const at = { nowMs: simulation.clock.monotonicMs(), wallMs: simulation.clock.nowMs(), epoch: 1 }
  const explanation = explainMeeting(ledger, { namespace, name: 'standup' }, at)
  expect(explanation?.segments.find(({ node }) => node === 'n2')?.why).toMatch(
    /; keeps its pipes to n3, n4 until all that comes by them comes another way; leaf of n1, a core of eu-west$/,
  )
})

test('a core whose people have left goes when its leaves hang elsewhere, and not before', async () => {
  const simulation = await sixNodes()
  const attachments = await spread(simulation, names.slice(0, 6))
  await simulation.pass(5_000)
  expect(edgesOf(simulation, 'n1')).toBe('core: n2 n3 n4 n5 n6')
  const seen = record(simulation, ['n1', 'n2', 'n3'])
  simulation.leave(attachments.get('n1') ?? '')
  await simulation.pass(30_000)
  expect(Object.fromEntries(seen)).toEqual({
    n1: ['core: n2 n3 n4 n5 n6', 'core: (n3) (n4) (n5) (n6) n2', 'nothing'],
    n2: ['leaf: n1', 'core: n1 n3 n4 n5 n6', 'core: n3 n4 n5 n6'],
    n3: ['leaf: n1', 'leaf: (n1) n2', 'leaf: n2'],
  })
  expect(faultsOf(simulation)).toEqual([])
})

test.each(Array.from({ length: 14 }, (_, calls) => calls))(
  'an operator that dies after %i calls of a replan leaves a cascade that the next one finishes',
  async (calls) => {
    const simulation = await sixNodes()
    await spread(simulation, names.slice(0, 4))
    let left = calls
    simulation.faults.agentCall = () => {
      if (left === 0) void simulation.operators.get('one')?.kill()
      return left-- <= 0 && simulation.operators.has('one') ? 'lostRequest' : undefined
    }
    await spread(simulation, ['n5'])
    await simulation.operators.get('one')?.kill()
    simulation.faults.agentCall = () => undefined
    simulation.operator('two')
    await simulation.pass(40_000)
    expect(names.slice(0, 5).map((name) => edgesOf(simulation, name))).toEqual([
      'core: n2 n3 n4 n5',
      'leaf: n1',
      'leaf: n1',
      'leaf: n1',
      'leaf: n1',
    ])
    expect(faultsOf(simulation)).toEqual([])
  },
)
