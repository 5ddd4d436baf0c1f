import { afterEach, beforeEach, expect, test } from 'vitest'

import type { Meeting } from '../../../crds/index.ts'
import { missing, waitFor } from '../../../kit/wait.ts'
import type { PlacementClient } from '../../api/client.ts'
import { meetingSpecOf } from '../../api/conformanceMeeting.ts'
import { conformanceCases, type ConformanceTarget } from '../../api/conformance.ts'
import type { PlacementAnswer } from '../../api/placement.ts'
import { kinds } from '../../kube/kinds.ts'
import {
  allReady,
  installProcesses,
  leads,
  namespace,
  readerToken,
  statusOf,
  token,
  type ProcessInstallation,
} from './installationProcesses.ts'

/** A Lease lapses in these tests, and processes start while others run. */
const slow = 180_000
let installation: ProcessInstallation
beforeEach(async () => {
  installation = await installProcesses()
})
afterEach(() => installation.close())

type Placed = Extract<PlacementAnswer, { result: 'placed' }>
let keys = 0
async function place(client: PlacementClient, meeting: string, more: { participant: string; region?: string }): Promise<Placed> {
  keys += 1
  const rights = { publish: ['microphone' as const], subscribe: true, hidden: false }
  const request = { displayName: 'Somebody', rights, idempotencyKey: `integration-${keys}`, ...more }
  const answer = await client.place({ namespace, name: meeting }, request)
  if (answer.result !== 'placed') throw new Error(`not placed: ${answer.reason}`)
  return answer
}
async function join(client: PlacementClient, meeting: string, more: { participant: string; region?: string }): Promise<Placed> {
  const answer = await place(client, meeting, more)
  await installation.nodes.get(answer.node)?.attach(answer.grant)
  return answer
}
async function knowsTopology(
  client: PlacementClient,
  fits: (meetings: readonly string[]) => boolean = () => true,
): Promise<void> {
  await waitFor(
    () => {
      const topology = client.topology()
      const ready = topology?.nodes.filter(({ accepting }) => accepting).length === installation.nodes.size
      return ready && fits(topology.meetings.map(({ name }) => name)) ? true : missing('the topology')
    },
    { timeoutMs: 60_000 },
  )
}

test(
  'the real operator conforms',
  async () => {
    const { url } = await installation.operator()
    await allReady(installation)
    const target: ConformanceTarget = {
      url,
      ...{ token, readerToken, namespace },
      startingRegion: () => installation.startingRegion('ap-south'),
      attach: async ({ node, grant }) => installation.nodes.get(node)?.attach(grant),
      async meeting(name, wish) {
        await installation.meeting(name, meetingSpecOf(wish))
        await waitFor(
          async () =>
            (await installation.api.get<Meeting>(kinds.Meeting, { namespace, name })).status
              ? true
              : missing(`status of ${name}`),
          { timeoutMs: 60_000 },
        )
      },
    }
    for (const { name, run } of conformanceCases) {
      const failure = await run(target).catch((error: unknown) => error)
      expect({ name, failure }).toEqual({ name, failure: undefined })
    }
  },
  slow,
)

test(
  'the operator dies and comes back: joins go on by fallback, and it adopts what it finds',
  async () => {
    const first = await installation.operator()
    await allReady(installation)
    await installation.meeting('standup', { title: 'Stand-up' })
    const client = installation.client([first.url])
    await knowsTopology(client, (meetings) => meetings.includes('standup'))
    const ann = await join(client, 'standup', { participant: 'ann', region: 'eu-west' })
    await statusOf(installation, 'standup', (status) => status?.phase === 'Active' && status.nodes === ann.node)
    await knowsTopology(client)

    await first.kill()
    const bob = await join(client, 'standup', { participant: 'bob', region: 'us-east' })
    expect(bob).toMatchObject({ decidedBy: 'fallback', node: ann.node, meeting: ann.meeting })
    const cid = await join(client, 'fresh', { participant: 'cid' })
    const dan = await join(client, 'fresh', { participant: 'dan' })
    expect(dan).toMatchObject({ decidedBy: 'fallback', node: cid.node, meeting: cid.meeting })

    const second = await installation.operator()
    const later = installation.client([second.url])
    await knowsTopology(later, (meetings) => meetings.includes('fresh'))
    await waitFor(
      () => {
        const segments = [...installation.nodes.values()].flatMap(({ node }) => node.segments())
        return segments.length === 2 && segments.every(({ epoch, fallback }) => epoch >= 2 && !fallback)
          ? true
          : missing(JSON.stringify(segments))
      },
      { timeoutMs: 60_000 },
    )
    const eve = await place(later, 'fresh', { participant: 'eve', region: cid.region })
    expect(eve).toMatchObject({ decidedBy: 'operator', node: cid.node, meeting: cid.meeting })
    await statusOf(installation, 'standup', (status) => status?.participants === '2-5' || status?.participants === '1')
  },
  slow,
)

test(
  'two replicas: the leader is killed under load, no join fails, and the other takes over',
  async () => {
    const first = await installation.operator()
    await leads(first)
    const second = await installation.operator()
    await allReady(installation)
    await installation.meeting('townhall')
    const client = installation.client([first.url, second.url])
    await knowsTopology(client, (meetings) => meetings.includes('townhall'))
    await join(client, 'townhall', { participant: 'first', region: 'eu-west' })
    await statusOf(installation, 'townhall', (status) => status?.phase === 'Active')

    const answers: Placed[] = []
    let decidedLate: Placed | undefined
    for (let index = 0; decidedLate === undefined; index++) {
      if (index === 10) await first.kill()
      const answer = await join(client, 'townhall', { participant: `p${index}`, region: 'eu-west' })
      answers.push(answer)
      if (index > 1_500) throw new Error(`the other replica never took over:\n${second.lines.join('\n')}`)
      if (index > 20 && answer.decidedBy === 'operator') decidedLate = answer
      if (index > 10) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    expect(new Set(answers.map(({ meeting }) => meeting.incarnation)).size).toBe(1)
    expect(answers.some(({ decidedBy }) => decidedBy === 'fallback')).toBe(true)
    expect(await second.stop()).toBe(0)
  },
  slow,
)
