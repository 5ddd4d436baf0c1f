import type { PortWish } from './ports.ts'

/** Where the demo keeps all its objects; also what its kubeconfig names, so that a bare `kubectl get` shows them. */
export const namespace = 'default'
/** Namespaces whose meetings the demo's API key opens as well, for whoever tries two meetings of one name. */
export const otherNamespaces = ['team-a'] as const
/** The meeting that the links lead to. */
export const meetingName = 'standup'
/** The demo's pools; each is a region of its own name. */
export const regions = ['eu-west', 'us-east'] as const
export type Region = (typeof regions)[number]

/** Workers a media node. One is enough to show everything, and three nodes share the machine with two browsers. */
export const workersPerNode = 1
/** UDP ports a media node may use for pipes. */
export const pipePortsPerNode = 40

/** A media node of the demo, and the first of its ports. */
export interface DemoNode {
  readonly name: string
  readonly region: Region
  readonly agentPort: number
  readonly rtcPort: number
  readonly pipePort: number
}

/** Every port of the demo. */
export interface DemoPorts {
  readonly page: number
  readonly api: number
  readonly operator: number
  readonly nodes: readonly DemoNode[]
}

/** Names of the media nodes: they alternate between the regions and count within each. */
export function nodeNames(count: number): readonly { readonly name: string; readonly region: Region }[] {
  return Array.from({ length: count }, (_, index) => {
    const region = regions[index % regions.length] ?? regions[0]
    return { name: `${region}-${Math.floor(index / regions.length) + 1}`, region }
  })
}

const usual = { api: 7701, operator: 7702, agent: 7710, rtc: 20_000, pipe: 21_000 } as const

/** What the demo listens on. `outside` is where other devices come in: the page and media, never the APIs. */
export function portWishes(options: { nodes: number; page: number; outside: string }): readonly PortWish[] {
  const tcp = ['tcp'] as const
  const inside = '127.0.0.1'
  return [
    { name: 'page', usual: options.page, count: 1, protocols: tcp, host: options.outside },
    { name: 'api', usual: usual.api, count: 1, protocols: tcp, host: inside },
    { name: 'operator', usual: usual.operator, count: 1, protocols: tcp, host: inside },
    ...nodeNames(options.nodes).flatMap(({ name }, index): PortWish[] => [
      { name: `${name} agent`, usual: usual.agent + index, count: 1, protocols: tcp, host: inside },
      {
        name: `${name} media`,
        usual: usual.rtc + 10 * index,
        count: workersPerNode,
        protocols: ['tcp', 'udp'],
        host: options.outside,
      },
      {
        name: `${name} pipes`,
        usual: usual.pipe + 100 * index,
        count: pipePortsPerNode,
        protocols: ['udp'],
        host: options.outside,
      },
    ]),
  ]
}

/** The ports that were chosen, by name, as the rest of the demo needs them. */
export function portsOf(chosen: ReadonlyMap<string, number>, nodes: number): DemoPorts {
  const of = (name: string): number => chosen.get(name) ?? 0
  return {
    page: of('page'),
    api: of('api'),
    operator: of('operator'),
    nodes: nodeNames(nodes).map((node) => ({
      ...node,
      agentPort: of(`${node.name} agent`),
      rtcPort: of(`${node.name} media`),
      pipePort: of(`${node.name} pipes`),
    })),
  }
}

/** Wishes that did not get their usual ports, in words; none where any free ones were asked for. */
export function movedPorts(wishes: readonly PortWish[], chosen: ReadonlyMap<string, number>): readonly string[] {
  return wishes
    .filter(({ name, usual: first }) => chosen.get(name) !== first)
    .map(({ name, usual: first }) => `port ${first} for ${name} is taken, using ${chosen.get(name)}`)
}
