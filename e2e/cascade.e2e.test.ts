import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import type { Meeting } from '../crds/index.ts'
import { missing, waitFor } from '../kit/wait.ts'
import type { SyntheticParticipant } from '../signaling/client/synthetic/syntheticParticipant.ts'
import { kubeRest } from './demo/kubeRest.ts'
import { namespace } from './demo/layout.ts'
import { agentsOf } from './support/agents.ts'
import { startDemo, type RunningDemo } from './support/demoProcess.ts'
import { keepEvidence } from './support/evidence.ts'
import { allReceiveAll, asViewer } from './support/flow.ts'
import { joinAs } from './support/people.ts'

const meeting = 'reshaped'
let demo: RunningDemo
const people: SyntheticParticipant[] = []

beforeAll(async () => {
  demo = await startDemo()
})
afterEach(async () => {
  await Promise.all(people.splice(0).map((person) => person.leave()))
})
afterAll(() => demo.stop())

/** Joins on a node that is not cordoned. */
async function joinOn(node: string, others: readonly string[], name: string): Promise<void> {
  const cordon = (cordoned: boolean): Promise<unknown> =>
    Promise.all(
      others.map((other) => kubeRest(demo.api).mergePatch('medianodes', { namespace, name: other }, { spec: { cordoned } })),
    )
  await cordon(true)
  await waitFor(
    async () => {
      const phases = await Promise.all(
        others.map(
          async (other) =>
            (await kubeRest(demo.api).get<{ status?: { phase?: string } }>('medianodes', namespace, other)).status?.phase,
        ),
      )
      return (
        phases.every((phase) => phase === 'Cordoned') || missing(`${others.join(' and ')} cordoned, not ${phases.join(' and ')}`)
      )
    },
    { timeoutMs: 60_000 },
  )
  const person = await joinAs(demo, { name, meeting })
  people.push(person)
  await cordon(false)
  await waitFor(() => person.client.state.node?.name === node || missing(`${name} on ${node}`), { timeoutMs: 60_000 })
}

/** Asks for a topology and waits until all segments have the roles that it gives them. */
async function reshape(topology: string, roles: readonly string[]): Promise<void> {
  await kubeRest(demo.api).mergePatch('meetings', { namespace, name: meeting }, { spec: { cascade: { topology } } })
  await waitFor(
    async () => {
      const { status } = await kubeRest(demo.api).get<Meeting>('meetings', namespace, meeting)
      const now =
        status?.segments?.map(({ node, role, parent }) => [node, role, parent].filter(Boolean).join(' ')).toSorted() ?? []
      return now.join() === roles.join() || missing(`${roles.join(', ')}, not ${now.join(', ')}`)
    },
    { timeoutMs: 60_000, pollMs: 200 },
  )
}

test('a meeting of three nodes becomes a star and a mesh again, and everybody goes on receiving everybody where they are', async () => {
  keepEvidence(() => demo)
  await kubeRest(demo.api).create('meetings', {
    apiVersion: 'parley.media/v1alpha1',
    kind: 'Meeting',
    metadata: { name: meeting, namespace },
    spec: {},
  })
  const [a, b, c] = ['eu-west-1', 'eu-west-2', 'us-east-1'] as const
  await joinOn(a, [b, c], 'Ann')
  await joinOn(b, [a, c], 'Bob')
  await joinOn(c, [a, b], 'Cat')
  await allReceiveAll(people.map(asViewer))
  const mesh = [`${a} core`, `${b} core`, `${c} core`]
  const star = [`${a} core`, `${b} leaf ${a}`, `${c} core`]
  await reshape('Auto', mesh)

  const attachments = people.map(({ client }) => client.state.self?.attachment)
  await reshape('Star', star)
  await edgesAre({ [a]: `${b}, ${c}`, [b]: a, [c]: a })
  await allReceiveAll(people.map(asViewer))
  await reshape('Auto', mesh)
  await edgesAre({ [a]: `${b}, ${c}`, [b]: `${a}, ${c}`, [c]: `${a}, ${b}` })
  await allReceiveAll(people.map(asViewer))
  expect(people.map(({ client }) => client.state.self?.attachment)).toEqual(attachments)
})

/** Waits until each media node has those edges and no other. */
async function edgesAre(wanted: Readonly<Record<string, string>>): Promise<void> {
  const agents = await agentsOf(demo)
  await waitFor(
    async () => {
      const told = await Promise.all(
        agents.map(async (agent) => {
          const report = (await agent.segments()).find((each) => each.meeting.name === meeting)
          const peers = report?.peers.map(({ node, up, leaving }) => `${node}${up ? '' : ' down'}${leaving ? ' leaving' : ''}`)
          return [agent.name, (peers ?? []).toSorted().join(', ')] as const
        }),
      )
      const now: Readonly<Record<string, string>> = Object.fromEntries<string>(told)
      return (
        Object.keys(wanted).every((node) => now[node] === wanted[node]) ||
        missing(`${JSON.stringify(wanted)}, not ${JSON.stringify(now)}`)
      )
    },
    { timeoutMs: 60_000, pollMs: 200 },
  )
}
