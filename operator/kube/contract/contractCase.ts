import type { Body, ContractApi } from './contractApi.ts'

/** What every API must do that calls itself Kubernetes here: one sentence, and the proof. */
export interface ContractCase {
  readonly name: string
  readonly run: (at: Situation) => Promise<void>
}

/** Where a case runs: an API, and a namespace of its own. */
export interface Situation {
  readonly api: ContractApi
  readonly namespace: string
  /** A resourceVersion that a watch of this API can no longer go on from. */
  readonly forgottenVersion: (path: string) => Promise<string>
}

/** Declares the cases of one subject: sentence and proof. */
export function cases(table: Readonly<Record<string, ContractCase['run']>>): readonly ContractCase[] {
  return Object.entries(table).map(([name, run]) => ({ name, run }))
}

/** Paths of our kinds in a namespace. */
export const pathsIn = (
  namespace: string,
): { meetings: string; nodes: string; pools: string; leases: string; events: string } => ({
  meetings: `/apis/parley.media/v1alpha1/namespaces/${namespace}/meetings`,
  nodes: `/apis/parley.media/v1alpha1/namespaces/${namespace}/medianodes`,
  pools: `/apis/parley.media/v1alpha1/namespaces/${namespace}/medianodepools`,
  leases: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`,
  events: `/api/v1/namespaces/${namespace}/events`,
})

const apiVersion = 'parley.media/v1alpha1'

/** A Meeting as a client writes it. */
export function aMeeting(name: string, spec: Body = {}, metadata: Body = {}): Body {
  return { apiVersion, kind: 'Meeting', metadata: { name, ...metadata }, spec }
}

/** A MediaNode as a client writes it. */
export function aNode(name: string, spec: Body = {}, metadata: Body = {}): Body {
  return {
    apiVersion,
    kind: 'MediaNode',
    metadata: { name, ...metadata },
    spec: { pool: 'eu', address: 'http://127.0.0.1:4001', ...spec },
  }
}

/** A MediaNodePool as a client writes it. */
export function aPool(name: string, spec: Body = {}, metadata: Body = {}): Body {
  return { apiVersion, kind: 'MediaNodePool', metadata: { name, ...metadata }, spec: { region: 'eu-west', ...spec } }
}

/** A Lease as a client writes it. */
export function aLease(name: string, spec: Body = {}): Body {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec }
}

/** The metadata of an answer, as text fields. */
export function metadataOf(body: Body): Readonly<Record<string, string>> {
  return body['metadata'] as Record<string, string>
}

/** The causes of a refusal, sorted: the real server tells them in no certain order. */
export function causesOf(body: Body): readonly string[] {
  const { causes = [] } = body['details'] as { causes?: readonly { field: string; message: string; reason: string }[] }
  return causes.map(({ field, reason, message }) => `${field} ${reason} ${message}`).toSorted()
}

/** The names of the objects of a list, in its order. */
export function namesIn(body: Body): readonly string[] {
  return (body['items'] as readonly Body[]).map((item) => metadataOf(item)['name'] ?? '')
}

export const mergePatchType = 'application/merge-patch+json'
export const jsonPatchType = 'application/json-patch+json'
export const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
