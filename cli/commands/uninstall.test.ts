import { expect, test } from 'vitest'

import { kinds } from '../../operator/kube/kinds.ts'
import type { KindRef } from '../../operator/kube/objects.ts'
import { installKinds, madeByUs } from '../install/kinds.ts'
import { aCli } from '../testing/aCli.ts'

const namespace = 'meet'
const media = { 'app.kubernetes.io/component': 'media', 'app.kubernetes.io/managed-by': 'parley-operator' }
const operator = { 'app.kubernetes.io/component': 'operator', 'app.kubernetes.io/instance': 'parley' }
const uninstall = ['uninstall', '-n', namespace, '--operator', 'parley-operator', '--secret', 'keys', '--config-map', 'trust']

/** An installation with a pool, a node and a Pod, beside things of others. */
function anInstallation() {
  const { api, clock, cli } = aCli()
  const put = (plural: string, name: string, more: { labels?: object; at?: string; [key: string]: unknown } = {}): void => {
    const { labels, at = namespace, ...rest } = more
    api.put(plural, { ...rest, metadata: { name, namespace: at, labels } })
  }
  put('medianodepools', 'eu')
  put('medianodepools', 'elsewhere', { at: 'other' })
  put('medianodes', 'eu-1')
  put('pods', 'eu-1', { labels: media })
  put('pods', 'parley-operator-x', { labels: operator })
  put('pods', 'parley-test-join', { labels: { ...operator, 'app.kubernetes.io/component': 'test' } })
  put('pods', 'bystander', { labels: { app: 'other' } })
  put('deployments', 'parley-operator', { spec: { replicas: 2 } })
  put('leases', 'parley-operator')
  put('secrets', 'keys', { labels: madeByUs })
  put('configmaps', 'trust', { labels: madeByUs })
  return { api, clock, cli }
}

test('pools, nodes and Pods go, then the operator, then what was made beside Helm; others keep theirs', async () => {
  const { api, clock, cli } = anInstallation()
  const running = cli(...uninstall)
  await clock.advance(1_500)
  // The media Pod still has people to tell: nothing that it or its operator needs has gone.
  expect((await api.get(installKinds.Pod, { namespace, name: 'eu-1' })).metadata).toMatchObject({
    deletionGracePeriodSeconds: 30,
  })
  expect((await api.get(installKinds.Deployment, { namespace, name: 'parley-operator' })).spec?.replicas).toBe(2)
  api.take('pods', { namespace, name: 'eu-1' })
  await clock.advance(1_500)
  expect((await api.get(installKinds.Deployment, { namespace, name: 'parley-operator' })).spec?.replicas).toBe(0)
  expect((await api.get(kinds.Lease, { namespace, name: 'parley-operator' })).metadata.name).toBe('parley-operator')
  api.take('pods', { namespace, name: 'parley-operator-x' })
  await clock.advance(1_500)
  const { out, err, code } = await running
  expect(code).toBe(0)
  expect(out).toBe('pools deleted: eu\nmedia nodes deleted: eu-1\nmedia Pods deleted: eu-1\n')
  expect(err).toBe('waiting for Pods eu-1\nwaiting for Pods parley-operator-x\n')
  const left = async (kind: KindRef): Promise<string[]> => (await api.list(kind, {})).items.map(({ metadata }) => metadata.name)
  expect(await left(kinds.MediaNodePool)).toEqual(['elsewhere'])
  expect(await left(kinds.MediaNode)).toEqual([])
  // Helm leaves the Pod of its test, for its log.
  expect((await api.get(installKinds.Pod, { namespace, name: 'parley-test-join' })).metadata.deletionTimestamp).toBeDefined()
  expect((await api.get(installKinds.Pod, { namespace, name: 'bystander' })).metadata.deletionTimestamp).toBeUndefined()
  expect(await left(kinds.Lease)).toEqual([])
  expect(await left(installKinds.Secret)).toEqual([])
  expect(await left(installKinds.ConfigMap)).toEqual([])
})

test('a Pod that does not end is named when the time is over, and a second run goes on from there', async () => {
  const { api, clock, cli } = anInstallation()
  const running = cli(...uninstall, '--timeout', '10s')
  await clock.advance(11_000)
  const { err, code } = await running
  expect(code).toBe(5)
  expect(err).toContain('error: Still there after 10s: Pods eu-1. Run this again to go on waiting.')
  expect((await api.get(installKinds.Secret, { namespace, name: 'keys' })).metadata.name).toBe('keys')
  api.take('pods', { namespace, name: 'eu-1' })
  api.take('pods', { namespace, name: 'parley-operator-x' })
  expect(await cli(...uninstall)).toMatchObject({ code: 0, out: expect.stringContaining('no pools to delete') as string })
})

test('a Secret that somebody else made stays', async () => {
  const { api, cli } = aCli()
  api.put('secrets', { metadata: { namespace, name: 'keys' } })
  expect(await cli(...uninstall)).toMatchObject({ code: 0 })
  expect((await api.get(installKinds.Secret, { namespace, name: 'keys' })).metadata.name).toBe('keys')
})

test('where nothing is left there is nothing to do', async () => {
  expect(await aCli().cli(...uninstall)).toEqual({
    out: 'no pools to delete\nno media nodes to delete\nno media Pods to delete\n',
    err: '',
    code: 0,
  })
})
