import { findServed, type Machine, type Served } from '../machine.ts'

/** What a path is about. */
export type Route =
  | { readonly at: 'collection'; readonly served: Served; readonly namespace: string | undefined }
  | {
      readonly at: 'object'
      readonly served: Served
      readonly namespace: string | undefined
      readonly name: string
      readonly part: 'main' | 'status' | 'scale'
    }
  | { readonly at: 'other'; readonly segments: readonly string[] }
  | { readonly at: 'nowhere' }

/** Reads a path of the API: `/apis/GROUP/VERSION/namespaces/NS/PLURAL/NAME/SUBRESOURCE` and its shorter forms. */
export function routeOf(machine: Machine, pathname: string): Route {
  const segments = decoded(pathname)
  if (!segments) return { at: 'nowhere' }
  const [root, ...rest] = segments
  const versionLength = root === 'api' ? 1 : root === 'apis' ? 2 : undefined
  if (versionLength === undefined || rest.length <= versionLength) return { at: 'other', segments }
  const apiVersion = rest.slice(0, versionLength).join('/')
  return resourceRoute(machine, apiVersion, rest.slice(versionLength))
}

function decoded(pathname: string): readonly string[] | undefined {
  try {
    return pathname.split('/').slice(1).map(decodeURIComponent)
  } catch {
    return undefined
  }
}

function resourceRoute(machine: Machine, apiVersion: string, path: readonly string[]): Route {
  const isScoped = path[0] === 'namespaces' && path.length > 2
  const inNamespace = isScoped && findServed(machine, { apiVersion, plural: path[2] ?? '' })
  if (inNamespace && inNamespace.resource.namespaced) return partRoute(inNamespace, path[1], path.slice(3))
  const served = findServed(machine, { apiVersion, plural: path[0] ?? '' })
  if (!served || (served.resource.namespaced && path.length > 1)) return { at: 'nowhere' }
  return partRoute(served, undefined, path.slice(1))
}

function partRoute(served: Served, namespace: string | undefined, [name, part = 'main', ...rest]: readonly string[]): Route {
  if (namespace === '' || name === '' || rest.length > 0) return { at: 'nowhere' }
  if (name === undefined) return { at: 'collection', served, namespace }
  return hasPart(served, part) ? { at: 'object', served, namespace, name, part } : { at: 'nowhere' }
}

function hasPart({ resource }: Served, part: string): part is 'main' | 'status' | 'scale' {
  return part === 'main' || (part === 'status' && resource.hasStatus) || (part === 'scale' && resource.scale !== undefined)
}
