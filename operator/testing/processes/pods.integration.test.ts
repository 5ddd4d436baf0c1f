import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { MediaNode, MediaNodePool, MediaNodePoolSpecApply } from '../../../crds/index.ts'
import { systemClock as clock } from '../../../kit/clock.ts'
import { makeKeyPair, trustedKeysOf } from '../../../kit/keys.ts'
import { missing, waitFor } from '../../../kit/wait.ts'
import { createApiClient, type ApiClient } from '../../kube/client/apiClient.ts'
import { contractApi, type ContractApi } from '../../kube/contract/contractApi.ts'
import { mergePatchType } from '../../kube/contract/contractCase.ts'
import { controlPlaneFolder, noControlPlane, startRealApi, type RealApi } from '../../kube/contract/realApi.ts'
import type { KubeEvent } from '../../kube/kinds.ts'
import { kinds } from '../../kube/kinds.ts'
import { kubeConfigAccess } from '../../kube/client/kubeConfigAccess.ts'
import { startOperatorProcess, type OperatorProcess } from './operatorProcess.ts'
import { PlayedKubelet } from '../world/playedKubelet.ts'

const bin = controlPlaneFolder() ?? ''
const reason = bin === '' ? ` (skipped: ${noControlPlane})` : ''
const namespace = 'parley'
const slow = 120_000
const timeoutMs = 60_000

/** All that a pool may say of its Pods, so that a real API server judges each. */
const overrides: MediaNodePoolSpecApply['overrides'] = {
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '1Gi' } },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'media', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 }],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 1,
          podAffinityTerm: {
            topologyKey: 'kubernetes.io/hostname',
            labelSelector: { matchLabels: { 'parley.media/pool': 'eu' } },
          },
        },
      ],
    },
  },
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {} }],
  labels: { team: 'media' },
  annotations: { 'prometheus.io/scrape': 'false' },
  imagePullSecrets: [{ name: 'registry' }],
}

describe.skipIf(bin === '')(`pools on a real API server${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-pods-'))
  let real: RealApi
  let raw: ContractApi
  let api: ApiClient
  let kubelet: PlayedKubelet
  let operator: OperatorProcess
  let flags: readonly string[]

  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const label = (level: string): Promise<unknown> => {
    const labels = { 'pod-security.kubernetes.io/enforce': level }
    return raw.patch(`/api/v1/namespaces/${namespace}`, { metadata: { labels } }, { contentType: mergePatchType })
  }

  beforeAll(async () => {
    real = await startRealApi(bin)
    raw = contractApi(real)
    api = createApiClient({
      access: kubeConfigAccess({ file: file('kubeconfig', real.kubeconfig) }),
      clock,
      random: Math.random,
    })
    await raw.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    const pair = await makeKeyPair('op', 'operator')
    const tokens = [{ name: 'test', token: 'a-token-for-the-integration', namespaces: ['*'], verbs: ['topology'] }]
    flags = [
      ...['--kubeconfig', join(folder, 'kubeconfig'), '--namespace', namespace, '--media-image', 'parley-sfu:1'],
      ...['--signing-key-file', file('key.json', JSON.stringify(pair.privateJwk)), '--lease-ms', '4000'],
      ...['--placement-tokens-file', file('tokens.json', JSON.stringify(tokens))],
      ...[
        '--pools-file',
        file('pools.json', JSON.stringify([{ name: 'eu', spec: { region: 'eu-west', replicas: 2, overrides } }])),
      ],
    ]
    kubelet = new PlayedKubelet({ api: raw, namespace, keys: await trustedKeysOf({ keys: [pair.publicJwk] }) })
    for (const index of [1, 2, 3]) await kubelet.host(`k${index}`, `192.0.2.${index}`)
    operator = await startOperatorProcess(flags)
  }, slow)

  afterAll(async () => {
    await operator.kill()
    await kubelet.close()
    await api.close()
    await raw.close()
    await real.close()
    rmSync(folder, { recursive: true })
  })

  const pool = (name: string): Promise<MediaNodePool> => api.get(kinds.MediaNodePool, { namespace, name })
  const readyOf = ({ status }: MediaNodePool) => status?.conditions?.find(({ type }) => type === 'Ready')
  const nodes = async (): Promise<readonly MediaNode[]> => (await api.list(kinds.MediaNode, { namespace })).items
  /** What Pods and media nodes say, for the one who has to find out why. */
  const told = async (): Promise<string> => {
    const pods = (await kubelet.pods()).map(({ metadata, spec }) => ({ labels: metadata.labels, host: spec.nodeName }))
    const statuses = (await nodes()).map(({ metadata, status }) => ({ name: metadata.name, status }))
    return JSON.stringify({ pods, statuses })
  }
  const patch = (name: string, spec: object): Promise<MediaNodePool> =>
    api.mergePatch(kinds.MediaNodePool, { namespace, name }, { patch: { spec } })

  async function poolThat(name: string, fits: (pool: MediaNodePool) => boolean, what: string): Promise<MediaNodePool> {
    return waitFor(
      async () => {
        const now = await pool(name)
        return fits(now) ? now : missing(`${what}: ${JSON.stringify(now.status)}`)
      },
      { timeoutMs },
    )
  }
  /** As many as that, by a status that answers to the spec of now. */
  const isReady = (count: number) => (now: MediaNodePool) =>
    now.status?.observedGeneration === now.metadata.generation &&
    now.status.ready === count &&
    now.status.replicas === count &&
    readyOf(now)?.status === 'True'

  test(
    'a pool of the installation gets Pods that a real API server accepts, with every override',
    async () => {
      const made = await poolThat('eu', isReady(2), 'two ready media nodes')
      expect(made.spec.image).toBe('parley-sfu:1')
      const [pod] = await kubelet.pods()
      expect(pod?.metadata.labels).toMatchObject({ team: 'media', 'parley.media/pool': 'eu', 'parley.media/guard': 'on' })
      expect((await nodes()).map(({ status }) => status?.host ?? '').toSorted()).toEqual(['k1', 'k2'])
      const scale = await raw.get(`/apis/parley.media/v1alpha1/namespaces/${namespace}/medianodepools/eu/scale`)
      expect(scale.body).toMatchObject({
        spec: { replicas: 2 },
        status: { replicas: 2, selector: 'parley.media/pool=eu,parley.media/serving=true' },
      })
    },
    slow,
  )

  test(
    'a Pod under guard is not evicted; when its Kubernetes Node is cordoned it is let go, and another one is made',
    async () => {
      const [first] = await kubelet.pods()
      const { name } = first?.metadata ?? { name: '' }
      expect(await kubelet.evict(name)).toBe(429)
      await kubelet.cordon(first?.spec.nodeName ?? '', true)
      await waitFor(
        async () => ((await kubelet.evict(name)) === 201 ? true : missing(`the eviction of ${name}: ${await told()}`)),
        { timeoutMs },
      )
      await waitFor(
        async () => ((await nodes()).some(({ metadata }) => metadata.name === name) ? missing(`the end of ${name}`) : true),
        {
          timeoutMs,
        },
      )
      await poolThat('eu', isReady(2), 'two ready media nodes again')
      await kubelet.cordon(first?.spec.nodeName ?? '', false)
    },
    slow,
  )

  test(
    'scaled down by its scale subresource it loses one, and a changed image replaces the other, though the operator is killed',
    async () => {
      const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'eu', namespace }, spec: { replicas: 1 } }
      await raw.put(`/apis/parley.media/v1alpha1/namespaces/${namespace}/medianodepools/eu/scale`, scale)
      await poolThat('eu', isReady(1), 'one ready media node')
      await waitFor(async () => ((await nodes()).length === 1 ? true : missing('the end of the other media node')), { timeoutMs })
      await patch('eu', { image: 'parley-sfu:2' })
      await waitFor(async () => ((await nodes()).length === 2 ? true : missing('a newer media node')), { timeoutMs })
      await operator.kill()
      operator = await startOperatorProcess(flags)
      const isUpdated = ({ status }: MediaNodePool): boolean =>
        status?.conditions?.some(({ type, status: is }) => type === 'Updated' && is === 'True') ?? false
      await poolThat('eu', (now) => isReady(1)(now) && isUpdated(now), 'a finished rollout')
      const pods = (await kubelet.pods()) as unknown as readonly { spec: { containers: readonly { image: string }[] } }[]
      expect(pods.map(({ spec }) => spec.containers[0]?.image)).toEqual(['parley-sfu:2'])
    },
    slow,
  )

  test(
    'Pod Security: baseline refuses host ports in words, restricted takes the network of Pods',
    async () => {
      await label('baseline')
      await api.create(kinds.MediaNodePool, { metadata: { name: 'us', namespace }, spec: { region: 'us-east' } })
      const refused = await poolThat('us', (now) => readyOf(now)?.message.includes('Pod Security') ?? false, 'the refusal')
      expect(readyOf(refused)?.message).toContain(
        `kubectl label namespace ${namespace} pod-security.kubernetes.io/enforce=privileged`,
      )
      await label('restricted')
      await patch('us', { network: { mode: 'podNetwork' } })
      await poolThat('us', isReady(1), 'a media node with the network of Pods')
      const { items } = await api.list<KubeEvent>(kinds.Event, { namespace })
      expect(items.filter(({ reason: why }) => why === 'PodRefused').length).toBeLessThanOrEqual(2)
      await label('privileged')
    },
    slow,
  )

  test(
    'what a Pod cannot be made of is told in the words of the API server',
    async () => {
      const spec = {
        region: 'us-east',
        overrides: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } } },
      }
      await api.create(kinds.MediaNodePool, { metadata: { name: 'odd', namespace }, spec })
      const refused = await poolThat('odd', (now) => readyOf(now)?.message.includes('refuses its Pod') ?? false, 'the refusal')
      expect(readyOf(refused)?.message).toContain('nodeSelectorTerms')
      await patch('odd', { overrides: { affinity: { nodeAffinity: null, podAfinity: {} } } })
      await poolThat(
        'odd',
        (now) => readyOf(now)?.message.includes('unknown field "spec.affinity.podAfinity"') ?? false,
        'the typo',
      )
      await api.delete(kinds.MediaNodePool, { namespace, name: 'odd' })
    },
    slow,
  )

  test(
    'a budget of its name that is somebody else’s is told and left alone; the pool makes its own when that has gone',
    async () => {
      const ofBudget = { namespace, name: 'parley-ap' }
      const spec = { minAvailable: 1, selector: { matchLabels: { app: 'other' } }, unhealthyPodEvictionPolicy: 'AlwaysAllow' }
      const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`
      await raw.post(path, { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: ofBudget, spec })
      await api.create(kinds.MediaNodePool, { metadata: { name: 'ap', namespace }, spec: { region: 'ap-east', replicas: 0 } })
      const refused = await poolThat('ap', (now) => readyOf(now)?.reason === 'NameTaken', 'that the name is taken')
      expect(readyOf(refused)?.message).toContain("there is a PodDisruptionBudget parley-ap that is not the pool's")
      expect((await api.get(kinds.PodDisruptionBudget, ofBudget)).spec).toMatchObject(spec)
      await api.delete(kinds.PodDisruptionBudget, ofBudget)
      await poolThat('ap', (now) => readyOf(now)?.status === 'True', 'that nothing keeps the pool any more')
      expect((await api.get(kinds.PodDisruptionBudget, ofBudget)).spec.minAvailable).toBe(1_000_000)
      await api.delete(kinds.MediaNodePool, { namespace, name: 'ap' })
    },
    slow,
  )

  test(
    'a pool that is deleted takes its nodes and Pods along',
    async () => {
      await api.delete(kinds.MediaNodePool, { namespace, name: 'us' })
      await api.delete(kinds.MediaNodePool, { namespace, name: 'eu' })
      await waitFor(
        async () => {
          const left = [...(await nodes()), ...(await kubelet.pods())].map(({ metadata }) => metadata.name)
          return left.length === 0 ? true : missing(`the end of ${left.join(', ')}`)
        },
        { timeoutMs },
      )
    },
    slow,
  )
})
