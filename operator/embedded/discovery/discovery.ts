import { failures } from '../failure.ts'
import type { JsonObject } from '../json.ts'
import type { Machine, Served } from '../machine.ts'
import { apiVersionOf, type Resource } from '../resource.ts'
import { negotiated } from '../http/accept.ts'
import { jsonAnswer, textAnswer, type ApiAnswer, type ApiRequest } from '../http/answer.ts'
import { openApiIndex, openApiOf } from './openApi.ts'

/** The release whose behaviour the contract suite holds this API against. */
const release = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0-parley-embedded',
  platform: `${process.platform}/${process.arch}`,
}

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const partVerbs = ['get', 'patch', 'update']

/** Once it answers, it is alive and ready: the file was read before. */
const probes: ReadonlySet<string> = new Set(['livez', 'readyz', 'healthz'])

/** Answers what is no object: what there is to ask for, and whether this API is alive. */
export function describe(machine: Machine, segments: readonly string[], request: ApiRequest): ApiAnswer {
  if (request.method !== 'GET') throw failures.noSuchPath()
  if (probes.has(segments[0] ?? '')) return textAnswer(200, 'ok')
  const [root = '', ...rest] = segments.join('/').replace(/\/$/, '').split('/')
  switch (root) {
    case 'version':
      return jsonAnswer(200, release)
    case 'api':
    case 'apis':
      return rest.length === 0 ? describeRoot(machine, root, request) : jsonAnswer(200, describeGroup(machine, root, rest))
    case 'openapi':
      return jsonAnswer(200, describeSchemas(machine, rest))
    default:
      throw failures.noSuchPath()
  }
}

function describeSchemas(machine: Machine, [version, ...path]: readonly string[]): JsonObject {
  if (version !== 'v3') throw failures.noSuchPath()
  if (path.length === 0) return openApiIndex(machine.served)
  const apiVersion = path.slice(1).join('/')
  const served = machine.served.filter(({ resource }) => apiVersionOf(resource) === apiVersion)
  if (served.length === 0) throw failures.noSuchPath()
  return openApiOf(served)
}

function describeRoot(machine: Machine, path: 'api' | 'apis', request: ApiRequest): ApiAnswer {
  const groups = groupsOf(machine).filter(({ group }) => (group === '') === (path === 'api'))
  if (negotiated(request.accept, ['json', 'discovery']) === 'discovery') {
    const list = {
      kind: 'APIGroupDiscoveryList',
      apiVersion: 'apidiscovery.k8s.io/v2',
      metadata: {},
      items: groups.map(discoveryGroup),
    }
    const contentType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    return { code: 200, contentType, body: JSON.stringify(list), warnings: [] }
  }
  if (path === 'api') return jsonAnswer(200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] })
  return jsonAnswer(200, { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) })
}

interface Group {
  readonly group: string
  readonly version: string
  readonly served: readonly Served[]
}

/** Each group has one version here. */
function groupsOf(machine: Machine): readonly Group[] {
  const byGroup = Map.groupBy(machine.served, ({ resource }) => resource.group)
  return [...byGroup].map(([group, served]) => ({ group, version: served[0]?.resource.version ?? 'v1', served }))
}

function groupOf({ group, version }: Group): JsonObject {
  const preferredVersion = { groupVersion: `${group}/${version}`, version }
  return { name: group, versions: [preferredVersion], preferredVersion }
}

function describeGroup(machine: Machine, root: string, path: readonly string[]): JsonObject {
  const name = path.join('/')
  const groups = groupsOf(machine).filter(({ group }) => (group === '') === (root === 'api'))
  const group = groups.find((candidate) => candidate.group === name && root === 'apis')
  if (group) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) }
  const version = groups.find((candidate) => apiVersionOf(candidate) === name)
  if (!version) throw failures.noSuchPath()
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(version),
    resources: version.served.flatMap(({ resource }) => [resourceEntry(resource), ...partEntries(resource)]),
  }
}

function namesOf(resource: Resource): JsonObject {
  return {
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories.length > 0 && { categories: resource.categories }),
  }
}

function resourceEntry(resource: Resource): JsonObject {
  const { plural, singular, namespaced, kind } = resource
  return { name: plural, singularName: singular, namespaced, kind, verbs: allVerbs, ...namesOf(resource) }
}

function partEntries({ plural, namespaced, kind, hasStatus, scale }: Resource): JsonObject[] {
  const entry = (part: string, more: JsonObject): JsonObject => ({
    name: `${plural}/${part}`,
    singularName: '',
    namespaced,
    ...more,
    verbs: partVerbs,
  })
  return [
    ...(hasStatus ? [entry('status', { kind })] : []),
    ...(scale ? [entry('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale' })] : []),
  ]
}

function discoveryGroup({ group, version, served }: Group): JsonObject {
  const resources = served.map(({ resource }) => discoveryResource(resource))
  return { metadata: { ...(group !== '' && { name: group }) }, versions: [{ version, resources, freshness: 'Current' }] }
}

function discoveryResource(resource: Resource): JsonObject {
  const { group, version, kind, plural, singular, namespaced, hasStatus, scale } = resource
  const own = { group, version, kind }
  const subresources = [
    ...(hasStatus ? [{ subresource: 'status', responseKind: own, verbs: partVerbs }] : []),
    ...(scale
      ? [{ subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: partVerbs }]
      : []),
  ]
  return {
    resource: plural,
    responseKind: own,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: allVerbs,
    ...namesOf(resource),
    ...(subresources.length > 0 && { subresources }),
  }
}
