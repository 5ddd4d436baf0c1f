import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { systemClock } from '../../../kit/clock.ts'
import { silentLog } from '../../../kit/log.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import { missing, waitFor } from '../../../kit/wait.ts'
import { startEmbeddedApi } from '../../embedded/embeddedApi.ts'
import { createApiClient, type ApiClient } from './apiClient.ts'
import { isApiError } from './apiError.ts'
import { controlPlaneFolder, noControlPlane, startRealApi } from '../contract/realApi.ts'
import { createEventRecorder } from '../write/events.ts'
import { kinds } from '../kinds.ts'
import { kubeConfigAccess } from './kubeConfigAccess.ts'
import { createLeader } from '../lead/leader.ts'
import { kubeMetrics } from '../metrics.ts'
import { createOutage } from './outage.ts'
import { createWriteBucket } from '../write/writeBucket.ts'

const bin = controlPlaneFolder()
const servers = {
  'embedded API': { start: () => startEmbeddedApi({ log: silentLog }), skipped: '' },
  'real API server': { start: () => startRealApi(bin ?? ''), skipped: bin === undefined ? ` (skipped: ${noControlPlane})` : '' },
}
const namespace = 'default'
const timeoutMs = 30_000

/** Why a call was refused. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  )
  return isApiError(thrown) ? thrown.reason : `no ApiError but ${String(thrown)}`
}

for (const [which, { start, skipped }] of Object.entries(servers)) {
  describe.skipIf(skipped !== '')(`the client meets the ${which}${skipped}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-kube-'))
    let server: { kubeconfig: string; close: () => Promise<void> }
    let client: ApiClient
    const pool = (name: string, labels = {}) =>
      client.create(kinds.MediaNodePool, { metadata: { name, namespace, labels }, spec: { region: 'eu' } })

    beforeAll(async () => {
      server = await start()
      const file = join(folder, 'kubeconfig')
      writeFileSync(file, server.kubeconfig)
      client = createApiClient({ access: kubeConfigAccess({ file }), clock: systemClock, random: Math.random })
    })
    afterAll(async () => {
      await client.close()
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    })

    test('an object is made, read, changed, told of and deleted', async () => {
      const made = await pool('life')
      const ref = { namespace, name: 'life' }
      expect(await client.get(kinds.MediaNodePool, ref)).toEqual(made)
      expect(made).not.toHaveProperty('metadata.managedFields')
      const changed = await client.mergePatch(kinds.MediaNodePool, ref, { patch: { spec: { replicas: 3 } } })
      expect([changed.spec.replicas, changed.metadata.generation]).toEqual([3, 2])
      const told = await client.patchStatus(kinds.MediaNodePool, ref, {
        patch: { ready: 2 },
        resourceVersion: changed.metadata.resourceVersion,
      })
      expect([told.status, told.metadata.generation]).toEqual([{ ready: 2 }, 2])
      await client.delete(kinds.MediaNodePool, ref, { uid: made.metadata.uid })
      expect(await refusal(client.get(kinds.MediaNodePool, ref))).toBe('notFound')
    })

    test('refusals have their reasons', async () => {
      const made = await pool('refused')
      const ref = { namespace, name: 'refused' }
      const patch = { spec: { replicas: 1 } }
      expect(await refusal(pool('refused'))).toBe('alreadyExists')
      expect(await refusal(client.mergePatch(kinds.MediaNodePool, ref, { patch: { spec: { replicas: -1 } } }))).toBe('invalid')
      expect(await refusal(client.mergePatch(kinds.MediaNodePool, ref, { patch, resourceVersion: '1' }))).toBe('conflict')
      expect(await refusal(client.mergePatch(kinds.MediaNodePool, ref, { patch, uid: crypto.randomUUID() }))).toBe('conflict')
      expect(await refusal(client.patchStatus(kinds.MediaNodePool, ref, { patch: { ready: 1 }, resourceVersion: '1' }))).toBe(
        'conflict',
      )
      expect(await refusal(client.delete(kinds.MediaNodePool, ref, { uid: crypto.randomUUID() }))).toBe('conflict')
      expect(await refusal(client.delete(kinds.MediaNodePool, ref, { resourceVersion: '1' }))).toBe('conflict')
      await client.delete(kinds.MediaNodePool, ref, made.metadata)
      expect(await refusal(client.mergePatch(kinds.MediaNodePool, ref, { patch }))).toBe('notFound')
    })

    test('a list in pages is whole, and its version continues in a watch', async () => {
      for (let index = 0; index < 7; index++) await pool(`paged-${index}`, { set: 'paged' })
      const selection = { namespace, labelSelector: 'set=paged' }
      const { items, resourceVersion } = await client.list(kinds.MediaNodePool, { ...selection, pageSize: 2 })
      expect(items.map(({ metadata }) => metadata.name)).toEqual([0, 1, 2, 3, 4, 5, 6].map((index) => `paged-${index}`))
      expect(items[0]?.kind).toBe('MediaNodePool')
      await pool('outside')
      await client.delete(kinds.MediaNodePool, { namespace, name: 'paged-0' })
      await pool('paged-7', { set: 'paged' })
      const seen: string[] = []
      for await (const event of client.watch(
        kinds.MediaNodePool,
        { ...selection, resourceVersion },
        AbortSignal.timeout(timeoutMs),
      )) {
        if (event.type !== 'bookmark') seen.push(`${event.type} ${event.object.metadata.name}`)
        if (seen.length === 2) break
      }
      expect(seen).toEqual(['deleted paged-0', 'added paged-7'])
    })

    test('a leader takes the Lease, renews, raises its epoch and gives it back', async () => {
      const leaving = new AbortController()
      const lease = { namespace, name: 'election' }
      const read = () => client.get(kinds.Lease, lease)
      let renewed = ''
      const leader = createLeader({
        api: client,
        lease,
        identity: 'a',
        address: 'http://a',
        highestReportedEpoch: () => 6,
        async lead(term) {
          const first = (await read()).spec?.renewTime
          renewed = await waitFor(
            async () => {
              const { spec } = await read()
              return spec?.renewTime !== undefined && spec.renewTime !== first ? spec.renewTime : missing('a renewal')
            },
            { timeoutMs },
          )
          expect([term.epoch(), await term.raiseEpoch(20)]).toEqual([7, 21])
          leaving.abort(new Error('enough'))
        },
        clock: systemClock,
        random: Math.random,
        log: silentLog,
        outage: createOutage({ log: silentLog, clock: systemClock }),
        metrics: createMetrics(kubeMetrics),
      })
      await expect(leader.run(leaving.signal)).resolves.toBe('stopped')
      const left = await read()
      expect(renewed).not.toBe('')
      expect(left.spec?.holderIdentity).toBeUndefined()
      expect(left.metadata.annotations).toEqual({ 'parley.media/epoch': '21' })
    })

    test('an Event is taken', async () => {
      const object = await pool('happening')
      const common = { clock: systemClock, random: Math.random, log: silentLog }
      const bucket = createWriteBucket({
        clock: systemClock,
        log: silentLog,
        metrics: createMetrics(kubeMetrics),
        signal: new AbortController().signal,
      })
      const recorder = createEventRecorder({ api: client, bucket, component: 'parley-operator', instance: 'a', ...common })
      recorder.record(object, { type: 'Normal', reason: 'Enough', message: 'all are ready' })
      const fieldSelector = `involvedObject.uid=${object.metadata.uid}`
      const event = await waitFor(
        async () => (await client.list(kinds.Event, { namespace, fieldSelector })).items[0] ?? missing('the Event'),
        { timeoutMs },
      )
      expect(event).toMatchObject({ reason: 'Enough', message: 'all are ready', count: 1, type: 'Normal' })
      await bucket.drain(AbortSignal.timeout(timeoutMs))
    })
  })
}
