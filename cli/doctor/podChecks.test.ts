import { expect, test } from 'vitest'

import { ApiError } from '../../operator/kube/client/apiError.ts'
import { aCli } from '../testing/aCli.ts'

/** The line of the check and what follows it, with Pods of these states. */
async function told(states: Readonly<Record<string, object>>): Promise<string> {
  const { api, cli } = aCli()
  for (const [name, status] of Object.entries(states))
    api.put('pods', { metadata: { namespace: 'parley', name, labels: { 'app.kubernetes.io/name': 'parley' } }, status })
  api.put('pods', {
    metadata: { namespace: 'parley', name: 'somebody-else', labels: {} },
    status: waiting('ErrImagePull'),
  })
  const { out } = await cli('doctor')
  return out.slice(out.indexOf(' Pods: ') - 1, out.indexOf('- placement API'))
}

const waiting = (reason: string) => ({
  phase: 'Pending',
  containerStatuses: [{ image: 'localhost/parley-sfu:1', state: { waiting: { reason } } }],
})
const running = { phase: 'Running', containerStatuses: [{ image: 'x', state: { running: {} } }] }

test('Pods that run, or are on their way, are fine', async () => {
  expect(await told({ a: running, b: waiting('ContainerCreating'), c: {} })).toContain('✓ Pods: none of 3 is stuck')
})

test('an image that cannot be pulled is named, with where to set it right', async () => {
  expect(await told({ a: running, b: waiting('ImagePullBackOff'), c: waiting('ErrImagePull') })).toContain(
    '✗ Pods: b: ImagePullBackOff of localhost/parley-sfu:1; c: ErrImagePull of localhost/parley-sfu:1\n' +
      '  Push the image, or load it on every Node; see image.registry, image.tag, imagePullSecrets of the chart.\n',
  )
})

test('a Secret that is missing, a process that dies, a hook that failed, a Node that is full', async () => {
  expect(await told({ a: waiting('CreateContainerConfigError') })).toContain('Make the Secret or ConfigMap that is named')
  expect(await told({ a: waiting('CrashLoopBackOff') })).toContain('kubectl logs a --previous')
  const terminated = { exitCode: 3, message: 'error: There is no Secret mine in the namespace meet.\n' }
  expect(await told({ keys: { phase: 'Failed', containerStatuses: [{ image: 'x', state: { terminated } }] } })).toContain(
    '✗ Pods: keys: error: There is no Secret mine in the namespace meet.\n',
  )
  const conditions = [{ type: 'PodScheduled', status: 'False', message: "0/3 nodes: 3 didn't have free ports." }]
  expect(await told({ a: { phase: 'Pending', conditions } })).toContain(
    "a: no Node takes it: 0/3 nodes: 3 didn't have free ports.",
  )
})

test('who may not list Pods is told so, and nothing is wrong by that', async () => {
  const { api, cli } = aCli()
  api.failWith(new ApiError('forbidden', 'pods is forbidden', { status: 403 }))
  expect((await cli('doctor')).out).toContain('- Pods: needs "API server"')
  expect(await told({})).toContain('- Pods: there are none here')
})
