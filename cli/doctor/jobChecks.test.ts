import { expect, test } from 'vitest'

import { aCli } from '../testing/aCli.ts'

/** What doctor says of a Job of the chart that has failed for this reason, or has not failed. */
async function told(reason?: string): Promise<string> {
  const { api, cli } = aCli()
  api.put('jobs', {
    metadata: { namespace: 'parley', name: 'parley-install-keys', labels: { 'app.kubernetes.io/name': 'parley' } },
    spec: {
      activeDeadlineSeconds: 120,
      template: { spec: { containers: [{ image: 'registry.example.org/parley-operator:1' }] } },
    },
    status: reason === undefined ? {} : { conditions: [{ type: 'Failed', status: 'True', reason }] },
  })
  const { out } = await cli('doctor')
  return out.slice(out.indexOf(' Jobs: ') - 1)
}

test('a Job that ran out of time is named with its image, and what to do', async () => {
  expect(await told('DeadlineExceeded')).toMatch(
    /^✗ Jobs: parley-install-keys was not done within 120 s, by the image registry\.example\.org\/parley-operator:1\n {2}Where the image .* image\.registry/,
  )
})

test('one that is under way is fine, and one that failed in words leaves these to its Pod', async () => {
  expect(await told()).toMatch(/^✓ Jobs: none of 1 ran out of time\n/)
  expect(await told('BackoffLimitExceeded')).toMatch(/^✓ Jobs: none of 1 ran out of time\n/)
})
