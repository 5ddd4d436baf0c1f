import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import type { MediaNodePoolOverrides } from '../../crds/index.ts'
import { aMediaNode, aPool, type PoolSpecParts } from '../testing/objects.ts'
import { podLabels } from './labels.ts'
import { podDraft } from './podDraft.ts'

/** A Pod as far as these tests look into it. */
interface Draft {
  readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly ownerReferences: readonly object[] }
  readonly spec: Readonly<Record<string, unknown>> & { readonly containers: readonly [Container] }
}
interface Container {
  readonly [member: string]: unknown
  readonly ports: readonly {
    readonly name: string
    readonly containerPort: number
    readonly hostPort?: number
    readonly hostIP?: string
  }[]
  readonly resources: { readonly requests: object; readonly limits?: object }
  readonly env: readonly { readonly name: string; readonly value?: string }[]
}

function draftOf(spec: PoolSpecParts = {}): Draft {
  const pool = aPool('eu', spec)
  const node = aMediaNode('eu-x7k2p', { workers: pool.spec.workers })
  const labelled = { ...node, metadata: { ...node.metadata, labels: { [podLabels.template]: 'abc' } } }
  return podDraft({ node: labelled, pool, trustedKeysConfigMap: 'parley-trusted-keys' }) as unknown as Draft
}

test('with host ports the ports of clients are the host’s, and the lock opens nothing to the outside', () => {
  const { ports } = draftOf({ workers: 1 }).spec.containers[0]
  expect(ports).toEqual([
    { name: 'agent', containerPort: 7710, protocol: 'TCP', hostPort: 7710, hostIP: '127.0.0.1' },
    { name: 'rtc-udp-0', containerPort: 40_000, protocol: 'UDP', hostPort: 40_000 },
    { name: 'rtc-tcp-0', containerPort: 40_000, protocol: 'TCP', hostPort: 40_000 },
  ])
})

test('with the host’s network the Pod shares it, and with that of Pods it needs no port of the host', () => {
  expect(draftOf({ network: { mode: 'hostNetwork' } }).spec).toMatchObject({
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
  })
  const { spec } = draftOf({ network: { mode: 'podNetwork' } })
  expect(spec['hostNetwork']).toBeUndefined()
  expect(spec.containers[0].ports.filter(({ hostPort }) => hostPort !== undefined)).toEqual([])
})

test('a worker more is a port and a core more', () => {
  const { ports, resources, env } = draftOf({ workers: 3 }).spec.containers[0]
  expect(ports.filter(({ name }) => name.startsWith('rtc-udp')).map(({ containerPort }) => containerPort)).toEqual([
    40_000, 40_001, 40_002,
  ])
  expect(resources).toEqual({ requests: { cpu: '3500m', memory: '1024Mi' } })
  expect(env).toContainEqual({ name: 'PARLEY_SFU_WORKERS', value: '3' })
})

test('what a pool asks for takes the place of the same request, and adds limits', () => {
  const resources = { requests: { cpu: '100m' }, limits: { memory: '1Gi' } }
  expect(draftOf({ workers: 1, overrides: { resources } }).spec.containers[0].resources).toEqual({
    requests: { cpu: '100m', memory: '512Mi' },
    limits: { memory: '1Gi' },
  })
})

test('Pods spread over Kubernetes Nodes unless the pool says how', () => {
  expect(draftOf().spec['topologySpreadConstraints']).toMatchObject([{ topologyKey: 'kubernetes.io/hostname' }])
  expect(draftOf({ overrides: { topologySpreadConstraints: [] } }).spec['topologySpreadConstraints']).toEqual([])
})

test('the time to end is that of a drain and a little more', () => {
  expect(draftOf({ drain: { deadlineSeconds: 60 } }).spec['terminationGracePeriodSeconds']).toBe(75)
})

/** All that a pool may say of its Pods, with values that nobody foresaw, and members that its schema would have dropped. */
const anyOverrides = fc.record(
  {
    resources: fc.record({ requests: fc.dictionary(fc.string(), fc.string()), limits: fc.dictionary(fc.string(), fc.string()) }),
    nodeSelector: fc.dictionary(fc.string(), fc.string()),
    tolerations: fc.array(fc.record({ key: fc.string() })),
    affinity: fc.dictionary(fc.string(), fc.anything()),
    topologySpreadConstraints: fc.array(fc.dictionary(fc.string(), fc.anything())),
    labels: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...Object.values(podLabels))), fc.string()),
    annotations: fc.dictionary(fc.string(), fc.string()),
    priorityClassName: fc.string(),
    imagePullSecrets: fc.array(fc.record({ name: fc.string() })),
    securityContext: fc.constant({ runAsUser: 0 }),
    serviceAccountName: fc.constant('admin'),
    automountServiceAccountToken: fc.constant(true),
    hostNetwork: fc.constant(true),
    hostPID: fc.constant(true),
    hostIPC: fc.constant(true),
    volumes: fc.constant([{ name: 'host', hostPath: { path: '/' } }]),
    containers: fc.constant([{ name: 'other', image: 'other' }]),
    initContainers: fc.constant([{ name: 'other', image: 'other' }]),
    command: fc.constant(['sh']),
    args: fc.constant(['-c', 'id']),
    env: fc.constant([{ name: 'X', value: 'x' }]),
    nodeName: fc.constant('k1'),
    runtimeClassName: fc.constant('other'),
    shareProcessNamespace: fc.constant(true),
  },
  { requiredKeys: [] },
)

/** The members of a Pod's spec that a pool may choose. */
const chosen = ['nodeSelector', 'tolerations', 'affinity', 'topologySpreadConstraints', 'priorityClassName', 'imagePullSecrets']

test('no override changes what a Pod may do', () => {
  const plain = draftOf()
  const fixed = ({ spec }: Draft) => {
    const members = Object.entries(spec).filter(([name]) => !chosen.includes(name) && name !== 'containers')
    const container = Object.entries(spec.containers[0]).filter(([name]) => name !== 'resources')
    return { members: Object.fromEntries(members), containers: spec.containers.length, container: Object.fromEntries(container) }
  }
  fc.assert(
    fc.property(anyOverrides, (overrides) => {
      const draft = draftOf({ overrides: overrides as unknown as MediaNodePoolOverrides })
      expect(fixed(draft)).toEqual(fixed(plain))
      expect(draft.metadata.ownerReferences).toEqual(plain.metadata.ownerReferences)
      expect(draft.metadata.labels).toMatchObject(plain.metadata.labels)
    }),
  )
})

test('the agent is not PID 1, which would be deaf to a SIGTERM that comes early', () => {
  expect(draftOf().spec).toMatchObject({ shareProcessNamespace: true })
})

test('a Pod is restricted: no privileges, no token, nothing writable, no stranger’s environment', () => {
  const { spec } = draftOf()
  expect(spec).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
    volumes: [{ name: 'trusted-keys', configMap: { name: 'parley-trusted-keys' } }],
  })
  expect(spec.containers[0]['securityContext']).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  expect(spec['serviceAccountName']).toBeUndefined()
})
