import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A request that a service account made, as the API server's audit log has it (audit.k8s.io/v1, level Metadata). */
export interface Request {
  readonly account: string
  readonly verb: string
  /** `apps/deployments` or `/pods`, with the subresource where there is one: `parley.media/meetings/status`. */
  readonly kind: string
  readonly name: string
  /** HTTP status of the answer. */
  readonly code: number
  /** Unix milliseconds. */
  readonly atMs: number
}

interface AuditEvent {
  readonly verb: string
  readonly user: { readonly username: string }
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
  }
  readonly responseStatus?: { readonly code: number }
  readonly requestReceivedTimestamp: string
}

function requestOf({ verb, user, objectRef, responseStatus, requestReceivedTimestamp }: AuditEvent): Request | undefined {
  if (objectRef === undefined) return undefined
  const { apiGroup = '', resource, subresource, name = '' } = objectRef
  return {
    account: user.username.split(':').at(-1) ?? '',
    verb,
    kind: [apiGroup, resource, ...(subresource === undefined ? [] : [subresource])].join('/'),
    name,
    code: responseStatus?.code ?? 0,
    atMs: Date.parse(requestReceivedTimestamp),
  }
}

/**
 * What the service accounts of a namespace asked for, in the order of the log. A watch has a line when it begins and one when it ends.
 * `state` is the folder of a cluster of ours.
 */
export function requestsOf(state: string, namespace: string): readonly Request[] {
  const lines = readFileSync(join(state, 'audit', 'audit.log'), 'utf8').split('\n')
  return lines.flatMap((line) => {
    if (!line.includes(`"system:serviceaccount:${namespace}:`)) return []
    const event = JSON.parse(line) as AuditEvent
    if (!event.user.username.startsWith(`system:serviceaccount:${namespace}:`)) return []
    return requestOf(event) ?? []
  })
}
