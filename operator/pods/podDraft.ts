import type { MediaNode, MediaNodePool, MediaNodePoolSpec } from '../../crds/index.ts'
import type { PodDraft } from '../kube/core.ts'
import type { Draft } from '../kube/objects.ts'
import { agentPort } from './agentUrl.ts'
import { mediaLabels, podLabels } from './labels.ts'
import { ownedBy } from './owned.ts'

/** What a Pod is made from. */
export interface PodParts {
  readonly node: MediaNode
  readonly pool: MediaNodePool
  /** ConfigMap with the public keys that the agent trusts, under `trusted-keys.json`. */
  readonly trustedKeysConfigMap: string
}

/** First port of clients, UDP and TCP, one a worker. */
const rtcPortMin = 40_000
/** The user of the images. */
const user = 10_001
const keysFolder = '/etc/parley'
/** What the agent needs after its drain: to say good-bye and to end its workers (its own deadline is 5 s). */
const afterDrainSeconds = 15
/** The agent and what it holds of each worker's streams; a mediasoup worker with 500 consumers stays below the second. */
const memoryMi = { agent: 256, worker: 256 }

type Mode = MediaNodePoolSpec['network']['mode']

/** The address of the Kubernetes Node that the lock stands on: it keeps other media Pods away and opens nothing to the outside. */
const lockHost = '127.0.0.1'

function portsOf(mode: Mode, workers: number): readonly object[] {
  // With the host's network every port is the host's, whatever its address: the scheduler wants hostPort to say so.
  const lock = { hostPort: { hostPort: agentPort, hostIP: lockHost }, hostNetwork: { hostPort: agentPort }, podNetwork: {} }[mode]
  const clients = Array.from({ length: workers }, (_, worker) => rtcPortMin + worker).flatMap((port) =>
    (['UDP', 'TCP'] as const).map((protocol) => ({
      name: `rtc-${protocol.toLowerCase()}-${port - rtcPortMin}`,
      containerPort: port,
      protocol,
      ...(mode === 'podNetwork' ? {} : { hostPort: port }),
    })),
  )
  return [{ name: 'agent', containerPort: agentPort, protocol: 'TCP', ...lock }, ...clients]
}

function environmentOf(
  name: string,
  { workers, mode, drainSeconds }: { workers: number; mode: Mode; drainSeconds: number },
): readonly object[] {
  const podIp = { valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }
  return [
    { name: 'PARLEY_SFU_NODE', value: name },
    { name: 'PARLEY_SFU_LISTEN_HOST', ...podIp },
    // On the host's network other services have addresses of their own; in a Pod all are its.
    { name: 'PARLEY_SFU_MEDIA_HOST', ...(mode === 'hostNetwork' ? podIp : { value: '0.0.0.0' }) },
    { name: 'PARLEY_SFU_PIPE_ADDRESS', ...podIp },
    { name: 'PARLEY_SFU_WORKERS', value: String(workers) },
    { name: 'PARLEY_SFU_RTC_PORT_MIN', value: String(rtcPortMin) },
    // SIGTERM alone drains too: whoever is left then is told before the kubelet kills it.
    { name: 'PARLEY_SFU_DRAIN_DEADLINE_MS', value: String(drainSeconds * 1_000) },
    { name: 'PARLEY_SFU_TRUSTED_KEYS', value: `${keysFolder}/trusted-keys.json` },
  ]
}

function resourcesOf({ overrides }: MediaNodePoolSpec, workers: number): object {
  const requests = { cpu: `${workers * 1000 + 500}m`, memory: `${memoryMi.agent + memoryMi.worker * workers}Mi` }
  const { resources = {} } = overrides ?? {}
  return { ...(resources.limits && { limits: resources.limits }), requests: { ...requests, ...resources.requests } }
}

const probe = (path: string, times: object): object => ({ httpGet: { path, port: agentPort }, timeoutSeconds: 5, ...times })

function containerOf({ node, pool }: PodParts): object {
  const { image, network, drain } = pool.spec
  const { workers } = node.spec
  return {
    name: 'agent',
    image,
    imagePullPolicy: 'IfNotPresent',
    env: environmentOf(node.metadata.name, { workers, mode: network.mode, drainSeconds: drain.deadlineSeconds }),
    ports: portsOf(network.mode, workers),
    resources: resourcesOf(pool.spec, workers),
    startupProbe: probe('/livez', { periodSeconds: 1, failureThreshold: 60 }),
    livenessProbe: probe('/livez', { periodSeconds: 10, failureThreshold: 3 }),
    readinessProbe: probe('/readyz', { periodSeconds: 5, failureThreshold: 2 }),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'trusted-keys', mountPath: keysFolder, readOnly: true }],
  }
}

/** Pods of a pool spread over Kubernetes Nodes where they can, so that a drain of one does not empty the pool. */
const spread = (pool: string): object => ({
  maxSkew: 1,
  topologyKey: 'kubernetes.io/hostname',
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels: { [podLabels.pool]: pool } },
})

/** The closed list of what a pool may say of its Pods; all else is the operator's. */
function overridden({ metadata, spec: { overrides = {} } }: MediaNodePool): object {
  const { nodeSelector, tolerations, affinity, priorityClassName, imagePullSecrets } = overrides
  const { topologySpreadConstraints = [spread(metadata.name)] } = overrides
  const all = { nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName, imagePullSecrets }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function metadataOf({ node, pool }: PodParts): Draft<PodDraft>['metadata'] {
  const { name, namespace } = node.metadata
  const { labels, annotations } = pool.spec.overrides ?? {}
  const template = node.metadata.labels?.[podLabels.template] ?? ''
  return {
    name,
    namespace,
    labels: {
      ...labels, // Ours come after: they are what Pods are found by.
      ...mediaLabels,
      [podLabels.pool]: pool.metadata.name,
      [podLabels.guard]: 'on',
      [podLabels.serving]: 'true',
      [podLabels.template]: template,
    },
    ...(annotations && { annotations }),
    ownerReferences: ownedBy(node),
  }
}

/**
 * The Pod of a media node. Pod Security `restricted` allows it with network mode podNetwork; the two others need host ports. It mounts
 * nothing that can be written, so that a drain of its Kubernetes Node has no data to ask about.
 */
export function podDraft(parts: PodParts): Draft<PodDraft> {
  const { pool, trustedKeysConfigMap } = parts
  const { network, drain } = pool.spec
  return {
    metadata: metadataOf(parts),
    spec: {
      ...overridden(pool),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // As PID 1 the agent would be deaf to a SIGTERM that comes before it listens for signals, and stay for the whole grace period.
      shareProcessNamespace: true,
      terminationGracePeriodSeconds: drain.deadlineSeconds + afterDrainSeconds,
      ...(network.mode === 'hostNetwork' ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: user,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [containerOf(parts)],
      volumes: [{ name: 'trusted-keys', configMap: { name: trustedKeysConfigMap } }],
    },
  }
}
