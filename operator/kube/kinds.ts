import {
  kinds as served,
  type Kind,
  type MediaNode,
  type MediaNodeApply,
  type MediaNodePool,
  type MediaNodePoolApply,
  type Meeting,
  type MeetingApply,
} from '../../crds/index.ts'
import { keptOfNode, keptOfPod, type KubeNode, type Pod, type PodDisruptionBudget, type PodDraft } from './core.ts'
import type { KindRef, KubeObject } from './objects.ts'

/** A Lease of coordination.k8s.io, as far as leader election reads it. Its times are MicroTime (six decimals). */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly acquireTime?: string
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}

/** A core/v1 Event: something that happened to one object, for people. */
export interface KubeEvent extends KubeObject {
  readonly involvedObject: {
    readonly apiVersion: string
    readonly kind: string
    readonly namespace?: string | undefined
    readonly name: string
    readonly uid: string
    readonly resourceVersion?: string
  }
  readonly type: 'Normal' | 'Warning'
  /** One word for programs, in CamelCase, at most 128 characters. */
  readonly reason: string
  /** One line for people, at most 1,024 bytes. */
  readonly message: string
  readonly count: number
  readonly firstTimestamp: string
  readonly lastTimestamp: string
  readonly source: { readonly component: string; readonly host?: string }
  readonly reportingComponent: string
  readonly reportingInstance: string
}

function ours<Read extends KubeObject, Apply>(kind: Kind): KindRef<Read, Apply> {
  return { kind, ...served[kind] }
}

/** Every kind that the operator reads or writes. */
export const kinds = {
  Meeting: ours<Meeting, MeetingApply>('Meeting'),
  MediaNode: ours<MediaNode, MediaNodeApply>('MediaNode'),
  MediaNodePool: ours<MediaNodePool, MediaNodePoolApply>('MediaNodePool'),
  Lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases', namespaced: true } as KindRef<Lease, Lease>,
  Event: { apiVersion: 'v1', kind: 'Event', plural: 'events', namespaced: true } as KindRef<KubeEvent, KubeEvent>,
  Pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods', namespaced: true, strict: true, keep: keptOfPod } as KindRef<
    Pod,
    PodDraft
  >,
  /** Of which nothing is looked at but whether it is there. */
  Namespace: { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false, keep: () => ({}) } as KindRef,
  Node: { apiVersion: 'v1', kind: 'Node', plural: 'nodes', namespaced: false, keep: keptOfNode } as KindRef<KubeNode>,
  PodDisruptionBudget: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    namespaced: true,
  } as KindRef<PodDisruptionBudget, PodDisruptionBudget>,
} as const
