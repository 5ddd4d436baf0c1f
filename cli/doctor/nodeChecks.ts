import { conditionReasons, type MediaNode } from '../../crds/index.ts'
import { kinds } from '../../operator/kube/kinds.ts'
import { drainingOf, drainInWords, type DrainingNode } from '../drains.ts'
import { failed, ok, type Check, type Finding } from './check.ts'
import { definitionsCurrent } from './clusterChecks.ts'

const reasons = conditionReasons.MediaNode

/** Phases that somebody asked for: such a node is well, it only takes nobody. */
const askedFor: ReadonlySet<string | undefined> = new Set(['Cordoned', 'Draining', 'Drained'])

const conditionOf = ({ status }: MediaNode, type: string) => status?.conditions?.find((condition) => condition.type === type)

function isInWords(node: MediaNode): string {
  const because = conditionOf(node, 'Ready')?.message ?? 'not judged yet'
  return `${node.metadata.name} is ${node.status?.phase ?? 'Pending'} (${because})`
}

const lookAtIt = 'Look at those nodes: does the agent run, and does the operator reach it (spec.address, or its Pod)?'

/** What to do about a node that is out of order for this reason; any other one has to be looked at. */
const advice: Readonly<Record<string, string>> = {
  [reasons.held]: 'One that was lost takes people again by itself; to have it back sooner, delete its MediaNode.',
  [reasons.suspect]:
    'One on which people lost their media takes others again after half a minute: look at its network and its load.',
  [reasons.wrongAgent]:
    'One that is not believed is not what its MediaNode says, or of another version: correct spec.address, or replace it.',
}

/** Each advice once. */
const adviceOn = (nodes: readonly MediaNode[]): string =>
  [...new Set(nodes.map((node) => advice[conditionOf(node, 'Ready')?.reason ?? ''] ?? lookAtIt))].join(' ')

function readiness(nodes: readonly MediaNode[]): Finding {
  const ready = nodes.filter(({ status }) => status?.phase === 'Ready')
  const closed = nodes.filter(({ status }) => askedFor.has(status?.phase))
  const unready = nodes.filter((node) => !ready.includes(node) && !closed.includes(node))
  if (unready.length > 0) {
    return failed(unready.map(isInWords).join('; '), adviceOn(unready))
  }
  if (ready.length === 0)
    return failed(`none takes meetings: ${closed.map(isInWords).join('; ')}`, 'Uncordon one, cancel a drain, or add a node.')
  if (closed.length === 0) return ok(`all ${nodes.length} are Ready`)
  return ok(`${ready.length} of ${nodes.length} are Ready; ${closed.map(isInWords).join('; ')}`)
}

/** There are media nodes, some take meetings, and none is out of order. */
export const nodesReady: Check = {
  name: 'media nodes',
  needs: [definitionsCurrent.name],
  async examine({ cluster }) {
    const { items } = await cluster.api.list(kinds.MediaNode, {})
    if (items.length === 0) return failed('there is none', 'Make a MediaNodePool and MediaNodes for it.')
    return readiness(items)
  },
}

/** Clients reach the media ports, as far as the operator can tell. */
export const nodesReachable: Check = {
  name: 'media ports',
  needs: [definitionsCurrent.name],
  async examine({ cluster }) {
    const { items } = await cluster.api.list(kinds.MediaNode, {})
    const inWords = (nodes: readonly MediaNode[]): string =>
      nodes.map((node) => `${node.metadata.name}: ${conditionOf(node, 'Reachable')?.message ?? 'not tried yet'}`).join('; ')
    const unreached = items.filter((node) => conditionOf(node, 'Reachable')?.status === 'False')
    if (unreached.length > 0) {
      return failed(
        inWords(unreached),
        'Open the UDP and TCP ports of clients (40000 and up, one a worker) to them, or set spec.network.address of the pool.',
      )
    }
    const partly = items.filter((node) => conditionOf(node, 'Reachable')?.reason === 'AnsweredPartly')
    return partly.length > 0 ? ok(inWords(partly)) : ok('none is known to be out of reach')
  },
}

/** Somebody has nowhere to go; who stays by their meeting's own wish is nothing wrong. */
const hasNoPlace = ({ status: { drain } }: DrainingNode): boolean =>
  drain.blockers?.some(({ reason }) => reason === 'NoPlace') ?? drain.blocked

/** Drains go on. */
export const drainsGoOn: Check = {
  name: 'drains',
  needs: [definitionsCurrent.name],
  async examine({ cluster }) {
    const drains = drainingOf((await cluster.api.list(kinds.MediaNode, {})).items)
    const blocked = drains.filter(hasNoPlace)
    if (blocked.length > 0) {
      return failed(
        blocked.map(drainInWords).join('; '),
        'Add media nodes, or room for those meetings; at the deadline whoever is left is disconnected.',
      )
    }
    return drains.length === 0 ? ok('no node drains') : ok(drains.map(drainInWords).join('; '))
  },
}
