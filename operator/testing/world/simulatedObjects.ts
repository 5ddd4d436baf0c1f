import { specDefaults, type MediaNode, type MediaNodePool, type Meeting, type MeetingSpec } from '../../../crds/index.ts'
import type { FakeCluster } from '../../kube/fakeApi.ts'
import { kinds } from '../../kube/kinds.ts'

export const namespace = 'demo'
/** The pools that there may be, each with its region. */
export const pools = { eu: 'eu-west', us: 'us-east' } as const
export type PoolName = keyof typeof pools

/** What people write of a simulation into its API server. */
export class SimulatedObjects {
  readonly cluster: FakeCluster

  constructor(cluster: FakeCluster) {
    this.cluster = cluster
  }

  pool(name: PoolName, spec: Partial<MediaNodePool['spec']> = {}): void {
    this.cluster.put(kinds.MediaNodePool, {
      metadata: { name, namespace, uid: `pool-${name}`, generation: 1 },
      spec: { ...specDefaults.MediaNodePool, region: pools[name], ...spec },
    })
  }

  meeting(name: string, spec: Partial<MeetingSpec> = {}): void {
    this.cluster.put<Meeting>(kinds.Meeting, {
      metadata: { name, namespace, generation: 1 },
      spec: { ...specDefaults.Meeting, ...spec },
    })
  }

  /** Changes a meeting's spec as a person does; one without an object is left alone. */
  editMeeting(name: string, spec: Partial<MeetingSpec>): void {
    const object = this.meetingObject(name)
    if (object === undefined) return
    const { metadata } = object
    const generation = (metadata.generation ?? 0) + 1
    this.cluster.put(kinds.Meeting, { ...object, metadata: { ...metadata, generation }, spec: { ...object.spec, ...spec } })
  }

  meetingObject(name: string): Meeting | undefined {
    return this.cluster.object(kinds.Meeting, name)
  }

  nodeObject(name: string): MediaNode | undefined {
    return this.cluster.object(kinds.MediaNode, name)
  }

  /** Asks for the drain of a node, or that it be over; a node without an object is left alone. */
  drain(name: string, drain: MediaNode['spec']['drain'] | undefined): void {
    const object = this.nodeObject(name)
    if (object === undefined) return
    const { drain: _, ...rest } = object.spec
    const spec = drain === undefined ? rest : { ...rest, drain }
    const isChange = JSON.stringify(spec) !== JSON.stringify(object.spec)
    const generation = (object.metadata.generation ?? 0) + Number(isChange)
    this.cluster.put<MediaNode>(kinds.MediaNode, { ...object, metadata: { ...object.metadata, generation }, spec })
  }
}
