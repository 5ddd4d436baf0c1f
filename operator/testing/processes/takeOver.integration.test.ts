import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'

import { missing, waitFor } from '../../../kit/wait.ts'
import type { PlacementClient } from '../../api/client.ts'
import { contractApi } from '../../kube/contract/contractApi.ts'
import { controlPlaneFolder, noControlPlane, startRealApi, type RealApi } from '../../kube/contract/realApi.ts'
import { kinds, type Lease } from '../../kube/kinds.ts'
import { allReady, installProcesses, leads, namespace, type ProcessInstallation } from './installationProcesses.ts'
import type { OperatorProcess } from './operatorProcess.ts'
import { steadyJoins, type Joins } from './steadyJoins.ts'

const bin = controlPlaneFolder() ?? ''
const reason = bin === '' ? ` (skipped: ${noControlPlane})` : ''
/** Leases lapse in these tests, and processes start while others run. */
const slow = 240_000
const timeoutMs = 90_000
const leaseName = 'parley-operator'
/** A new leader serves by then (DESIGN: 2 s after the Lease), by its own clock. */
const servesWithinMs = 2_000

let installation: ProcessInstallation

async function twoReplicas(): Promise<{ replicas: OperatorProcess[]; client: PlacementClient }> {
  const first = await installation.operator()
  await leads(first)
  const replicas = [first, await installation.operator()]
  await allReady(installation)
  await installation.meeting('townhall')
  const client = installation.client(replicas.map(({ url }) => url))
  await waitFor(
    () => {
      const known = client.topology()
      const accepting = known?.nodes.filter((node) => node.accepting).length
      return accepting === installation.nodes.size && known?.meetings.some(({ name }) => name === 'townhall') === true
        ? true
        : missing('the topology')
    },
    { timeoutMs },
  )
  return { replicas, client }
}

/** Waits until an operator has decided so many joins more. */
async function placedByOperator(joins: Joins, count: number): Promise<void> {
  const from = joins.decidedBy.length
  await waitFor(
    () => {
      const placed = joins.decidedBy.slice(from).filter((by) => by === 'operator').length
      return placed >= count ? true : missing(`${count - placed} joins by an operator; failed: ${joins.failed.join('; ')}`)
    },
    { timeoutMs },
  )
}

interface LogLine {
  readonly time: string
  readonly msg: string
  readonly epoch?: number
}
const linesOf = ({ lines }: OperatorProcess): readonly LogLine[] =>
  lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine)

/** How long after its latest term began a replica placed somebody first, by its own log. */
async function servedAfterMs(replica: OperatorProcess): Promise<number> {
  return waitFor(
    () => {
      const lines = linesOf(replica)
      const leading = lines.findLast(({ msg }) => msg === 'leading')
      const placed = leading && lines.slice(lines.indexOf(leading)).find(({ msg }) => msg === 'placed')
      return leading !== undefined && placed !== undefined
        ? Date.parse(placed.time) - Date.parse(leading.time)
        : missing(replica.lines.slice(-20).join('\n'))
    },
    { timeoutMs },
  )
}

const leaseRef = { namespace, name: leaseName }
const holderOf = async (): Promise<string | undefined> =>
  (await installation.api.get<Lease>(kinds.Lease, leaseRef)).spec?.holderIdentity

/** Takes away what an installation has made there, so that the next one finds an API server like new. */
async function emptied(server: RealApi): Promise<void> {
  const api = contractApi(server)
  const ours = ['meetings', 'medianodes', 'medianodepools'].map(
    (plural) => `parley.media/v1alpha1/namespaces/${namespace}/${plural}`,
  )
  for (const path of [`coordination.k8s.io/v1/namespaces/${namespace}/leases`, ...ours]) await api.delete(`/apis/${path}`)
  await api.close()
}

describe.skipIf(bin === '')(`take-overs on a real API server${reason}`, () => {
  let server: RealApi
  beforeAll(async () => {
    server = await startRealApi(bin)
  }, slow)
  afterAll(() => server.close())
  beforeEach(async () => {
    installation = await installProcesses(() => Promise.resolve({ kubeconfig: server.kubeconfig, close: () => emptied(server) }))
  }, slow)
  afterEach(() => installation.close(), slow)

  test(
    'the leader is killed under a steady stream of joins: none fails, and the next one serves at once',
    async () => {
      const { replicas, client } = await twoReplicas()
      const joins = steadyJoins(installation, client, 'killed')
      await placedByOperator(joins, 50)
      await replicas[0]?.kill()
      await placedByOperator(joins, 50)
      await joins.stop()
      expect(joins.failed).toEqual([])
      expect(joins.decidedBy).toContain('fallback')
      const [, second] = replicas
      if (second === undefined) throw new Error('two replicas are needed')
      expect(await servedAfterMs(second)).toBeLessThan(servesWithinMs)
    },
    slow,
  )

  test(
    'the Lease is deleted, and an old one restored: joins go on, and one replica leads under a higher epoch',
    async () => {
      const { replicas, client } = await twoReplicas()
      const backup = await installation.api.get<Lease>(kinds.Lease, leaseRef)
      const joins = steadyJoins(installation, client, 'deleted')
      await placedByOperator(joins, 20)
      await installation.api.delete(kinds.Lease, leaseRef)
      await waitFor(async () => ((await holderOf()) === undefined ? missing('a holder of the new Lease') : true), { timeoutMs })
      await placedByOperator(joins, 20)
      await installation.api.delete(kinds.Lease, leaseRef)
      const { name, annotations, labels } = backup.metadata
      await installation.api
        .create(kinds.Lease, {
          metadata: { namespace, name, ...(annotations && { annotations }), ...(labels && { labels }) },
          spec: { ...backup.spec, holderIdentity: 'nobody-that-lives' },
        })
        .catch(() => undefined) // A replica was faster.
      await waitFor(
        async () => {
          const holder = await holderOf()
          return holder === 'nobody-that-lives' || holder === undefined ? missing(`another holder than ${holder}`) : true
        },
        { timeoutMs },
      )
      await placedByOperator(joins, 20)
      await joins.stop()
      expect(joins.failed).toEqual([])
      const epochs = replicas.flatMap((replica) =>
        linesOf(replica).flatMap(({ msg, epoch }) => (msg === 'leading' ? [epoch ?? 0] : [])),
      )
      expect(new Set(epochs).size).toBe(epochs.length)
    },
    slow,
  )

  test(
    'both operators are killed and started again: joins go on by fallback meanwhile, and are adopted',
    async () => {
      const { replicas, client } = await twoReplicas()
      const joins = steadyJoins(installation, client, 'both')
      await placedByOperator(joins, 20)
      await Promise.all(replicas.map((replica) => replica.kill()))
      const before = joins.decidedBy.length
      await waitFor(() => (joins.decidedBy.length >= before + 20 ? true : missing('joins by fallback')), { timeoutMs })
      await joins.stop()
      expect(joins.failed).toEqual([])
      expect(joins.decidedBy.slice(before + 5)).not.toContain('operator')

      const again = [await installation.operator(), await installation.operator()]
      const later = steadyJoins(installation, installation.client(again.map(({ url }) => url)), 'again')
      await placedByOperator(later, 20)
      await later.stop()
      // Until a replica has told its first topology there is nothing to fall back on.
      expect(later.failed.filter((why) => !why.includes('no earlier topology'))).toEqual([])
      await waitFor(
        () => {
          const strays = [...installation.nodes.values()]
            .flatMap(({ node }) => node.segments())
            .filter(({ fallback }) => fallback)
          return strays.length === 0 ? true : missing(`the adoption of ${strays.map(({ meeting }) => meeting.name).join(', ')}`)
        },
        { timeoutMs },
      )
    },
    slow,
  )
})
