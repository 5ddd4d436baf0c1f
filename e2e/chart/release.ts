import type { ApiKey } from '../../signaling/api/apiKeys.ts'
import { missing, waitFor } from '../../kit/wait.ts'
import type { Cluster, List } from '../kube/clusterHandle.ts'
import { openDoor, type Door, type Place } from '../support/door.ts'
import type { Entrance } from '../support/entrance.ts'
import type { RunningKubectl } from '../support/kubectl.ts'
import type { ProgramResult } from '../support/program.ts'
import { imageValues } from './images.ts'

/** One installation of the chart, as `helm install` made it. */
export interface Release {
  readonly name: string
  readonly namespace: string
  /** Where people come in; needs a running signaling service. */
  entrance(): Promise<Entrance>
  /** Pods of a component (`operator`, `signaling`, `redis`, `media`) that are not about to end. */
  podsOf(component: string): Promise<readonly Pod[]>
  /** `helm upgrade` with these values on top of those that are set. */
  upgrade(values: object): Promise<void>
  rollback(): Promise<void>
  uninstall(): Promise<void>
  /** Closes the door to the page. */
  close(): Promise<void>
}

/** A Pod as far as tests read it. */
export interface Pod {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly labels: Readonly<Record<string, string>>
    readonly deletionTimestamp?: string
  }
  readonly spec: {
    readonly nodeName?: string
    readonly containers: readonly { readonly env?: readonly { readonly name: string; readonly value?: string }[] }[]
  }
  readonly status: {
    readonly phase: string
    readonly podIP?: string
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
    readonly containerStatuses?: readonly { readonly restartCount: number }[]
  }
}

interface Service {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly clusterIP: string; readonly ports: readonly { readonly port: number }[] }
}

/** Whether a Pod's readiness probe is content. */
export const isReady = (pod: Pod): boolean =>
  (pod.status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True')

const chart = new URL('../../charts/parley', import.meta.url).pathname
const usualWait = ['--wait', '--timeout', '480s']

/** What is installed where, under which name. */
export interface Installation {
  readonly name: string
  readonly namespace: string
  readonly values: object
}

/** Runs `helm install` of the chart of this checkout with its images, which waits until all that it renders is ready. */
export function tryInstall(cluster: Cluster, { name, namespace, values }: Installation): Promise<ProgramResult> {
  const args = ['install', name, chart, '--namespace', namespace, '--create-namespace', ...usualWait, '--values', '-']
  return cluster.helm.run(args, { stdin: JSON.stringify({ ...imageValues(), ...values }) })
}

/** As {@link tryInstall}, but wants it to succeed. */
export async function installRelease(cluster: Cluster, installation: Installation): Promise<Release> {
  const { err, code } = await tryInstall(cluster, installation)
  if (code !== 0) throw new Error(`helm install ${installation.name} ended with ${code}: ${err.trim()}`)
  return releaseOf(cluster, installation.name, installation.namespace)
}

/** An installation that is there. */
export function releaseOf(cluster: Cluster, name: string, namespace: string): Release {
  const at = ['--namespace', namespace]
  const select = (component: string): readonly string[] => [
    ...at,
    '--selector',
    `app.kubernetes.io/instance=${name},app.kubernetes.io/component=${component}`,
  ]
  let door: Promise<Door> | undefined
  return {
    name,
    namespace,
    async entrance() {
      const apiKey = await firstApiKey(cluster, [...at, '--selector', `app.kubernetes.io/instance=${name}`])
      door ??= signalingDoor(cluster, select('signaling'))
      return { pageUrl: (await door).url, apiKey, namespace }
    },
    async podsOf(component) {
      const where = component === 'media' ? [...at, '--selector', 'app.kubernetes.io/component=media'] : select(component)
      const { items } = await cluster.get<List<Pod>>('pods', ...where)
      return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    },
    upgrade: async (values) => {
      const args = ['upgrade', name, chart, ...at, ...usualWait, '--reuse-values', '--values', '-']
      await cluster.helm.does(args, { stdin: JSON.stringify(values) })
    },
    rollback: async () => void (await cluster.helm.does(['rollback', name, ...at, ...usualWait])),
    uninstall: async () => void (await cluster.helm.does(['uninstall', name, ...at, ...usualWait])),
    close: async () => (await door)?.close(),
  }
}

async function firstApiKey(cluster: Cluster, where: readonly string[]): Promise<ApiKey> {
  const { items } = await cluster.get<List<{ data: Record<string, string> }>>('secrets', ...where)
  const text = Buffer.from(items[0]?.data['api-keys.json'] ?? '', 'base64').toString()
  const [key] = JSON.parse(text === '' ? '[]' : text) as readonly ApiKey[]
  if (!key) throw new Error('the release has no API key')
  return key
}

/**
 * A door to the Service itself where its address can be reached from here, so that it leads on when the API server is gone; else through
 * what the notes of the chart tell people to use: `kubectl port-forward`.
 */
async function signalingDoor(cluster: Cluster, where: readonly string[]): Promise<Door> {
  const [service] = (await cluster.get<List<Service>>('services', ...where)).items
  const port = service?.spec.ports[0]?.port
  if (!service || port === undefined) throw new Error('the release has no Service for signaling')
  if (cluster.own) return openDoor(() => ({ host: service.spec.clusterIP, port }))
  const args = ['port-forward', `service/${service.metadata.name}`, `:${port}`, ...where.slice(0, 2)]
  return openDoor(forwarded(cluster, args))
}

/** Where kubectl forwards to. It ends with the Pod that it leads to, and is started again for the next connection. */
function forwarded({ kubectl }: Cluster, args: readonly string[]): () => Promise<Place> {
  let forward: { readonly process: RunningKubectl; readonly place: Promise<Place> } | undefined
  async function placeOf(process: RunningKubectl): Promise<Place> {
    const port = await waitFor(
      () => Number(/127\.0\.0\.1:(\d+)/.exec(process.lines.join('\n'))?.[1]) || missing('the port that kubectl forwards'),
      { timeoutMs: 60_000 },
    )
    return { host: '127.0.0.1', port }
  }
  return () => {
    if (!forward?.process.running) {
      const process = kubectl.start(args)
      forward = { process, place: placeOf(process) }
    }
    return forward.place
  }
}
