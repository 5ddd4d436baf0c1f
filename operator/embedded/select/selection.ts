import type { KubeObject } from '../kubeObject.ts'
import type { Resource } from '../resource.ts'
import { parseFieldSelector } from './fieldSelector.ts'
import { parseLabelSelector } from './labelSelector.ts'

/** Which objects a list, a watch or a delete of many is about. */
export interface Selection {
  /** What their keys begin with. */
  readonly prefix: string
  /** Whether anything beside the namespace narrows it. */
  readonly isNarrow: boolean
  readonly matches: (object: KubeObject) => boolean
}

/** Reads a selection from a request's namespace and query. */
export function selectionOf(resource: Resource, namespace: string | undefined, query: URLSearchParams): Selection {
  const labels = query.get('labelSelector') ?? ''
  const fields = query.get('fieldSelector') ?? ''
  const matchesLabels = parseLabelSelector(labels)
  const matchesFields = parseFieldSelector(resource, fields)
  return {
    prefix: namespace === undefined ? '' : `${namespace}/`,
    isNarrow: labels !== '' || fields !== '',
    matches: (object) => matchesLabels(object.metadata.labels ?? {}) && matchesFields(object),
  }
}
