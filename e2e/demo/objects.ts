import { group, version } from '../../crds/index.ts'
import type { PlainObject } from './kubeRest.ts'
import { meetingName, namespace, regions, workersPerNode, type DemoNode } from './layout.ts'

const apiVersion = `${group}/${version}`
/** The links that are printed lead into the meeting for as long as a demo lives, however long nobody is in it: a day, the most there is. */
const emptyTimeoutSeconds = 86_400

/** What the demo makes in its Kubernetes API: a pool a region, its media nodes, and the meeting that the links lead to. */
export function demoObjects(nodes: readonly DemoNode[]): readonly { readonly plural: string; readonly object: PlainObject }[] {
  return [
    ...regions.map((region) => ({
      plural: 'medianodepools',
      object: { apiVersion, kind: 'MediaNodePool', metadata: { name: region, namespace }, spec: { region } },
    })),
    ...nodes.map(({ name, region, agentPort }) => ({
      plural: 'medianodes',
      object: {
        apiVersion,
        kind: 'MediaNode',
        metadata: { name, namespace },
        spec: { pool: region, address: `http://127.0.0.1:${agentPort}`, workers: workersPerNode },
      },
    })),
    {
      plural: 'meetings',
      object: {
        apiVersion,
        kind: 'Meeting',
        metadata: { name: meetingName, namespace },
        spec: { title: 'Stand-up', emptyTimeoutSeconds },
      },
    },
  ]
}
