import type { MintUlid } from '../../kit/ids.ts'
import type { MeetingName, PlacementClient } from '../../operator/api/client.ts'
import type { PlacementAnswer, PlacementRequest } from '../../operator/api/placement.ts'
import type { Topology } from '../../operator/api/topology.ts'
import type { FakeAgent, FakeGrant } from './fakeAgent.ts'

/** A placement client that puts everybody on the first agent that is not excluded. */
export interface FakePlacement extends PlacementClient {
  /** What was asked, in order. */
  readonly asked: { meeting: MeetingName; request: PlacementRequest }[]
  /** Placements that were not released. */
  readonly standing: Set<string>
  /** Answered instead, or thrown where it is an error. */
  answer: PlacementAnswer | Error | undefined
  listed: readonly string[]
}

/** Makes the fake. */
export function createFakePlacement(agents: readonly FakeAgent[], mintUlid: MintUlid): FakePlacement {
  const incarnations = new Map<string, string>()

  function incarnationOf({ namespace, name }: MeetingName): string {
    const key = `${namespace}/${name}`
    const incarnation = incarnations.get(key) ?? mintUlid()
    incarnations.set(key, incarnation)
    return incarnation
  }

  function place(meeting: MeetingName, request: PlacementRequest): PlacementAnswer {
    const agent = agents.find(({ node }) => !request.excludeNodes?.includes(node))
    if (!agent) return { result: 'tryAfter', code: 'nodes_full', reason: 'All media nodes are excluded.', retryAfterMs: 2_000 }
    const { participant, displayName: name, rights, replaces } = request
    const ref = { ...meeting, incarnation: incarnationOf(meeting) }
    const attachment = mintUlid()
    const grant: FakeGrant = { meeting: ref, participant, name, attachment, rights, replaces }
    placement.standing.add(attachment)
    return {
      ...{ result: 'placed', meeting: ref, attachment, node: agent.node, url: agent.url, region: 'eu-west' },
      ...{ grant: JSON.stringify(grant), turnUrls: ['turn:pool:3478'], decidedBy: 'operator', reason: 'nearest of 2' },
    }
  }

  const placement: FakePlacement = {
    asked: [],
    standing: new Set(),
    answer: undefined,
    listed: agents.map(({ node }) => node),
    async place(meeting, request, signal) {
      placement.asked.push({ meeting, request })
      signal?.throwIfAborted()
      if (placement.answer instanceof Error) throw placement.answer
      return placement.answer ?? place(meeting, request)
    },
    release(_meeting, _participant, attachment) {
      placement.standing.delete(attachment)
      return Promise.resolve()
    },
    move: () => Promise.reject(new Error('not asked for')),
    explain: () => Promise.reject(new Error('not asked for')),
    topology: () =>
      ({
        nodes: placement.listed.map((name) => ({ name })),
        turnUrls: ['turn:topology:3478'],
        meetings: [{ namespace: 'default', name: 'standup', title: 'Stand-up' }],
      }) as unknown as Topology,
    onTopology: () => () => undefined,
    close: () => Promise.resolve(),
  }
  return placement
}
