import { expect, test } from 'vitest'

import { ApiError } from '../operator/kube/client/apiError.ts'
import { aCli } from './testing/aCli.ts'

test('an unknown command is a fault of the command line', async () => {
  expect(await aCli().cli('dance')).toMatchObject({ code: 2 })
})

test('help is no fault', async () => {
  expect(await aCli().cli('--help')).toMatchObject({ code: 0 })
})

test.each([
  [new ApiError('forbidden', 'meetings is forbidden', { status: 403 }), 4],
  [new ApiError('network', 'connect ECONNREFUSED'), 5],
  [new ApiError('invalid', 'Meeting is invalid', { faults: [{ field: 'spec.pools', message: 'too long' }] }), 1],
])('%s ends with its own code', async (error, code) => {
  const { api, cli } = aCli()
  api.failWith(error)
  const result = await cli('meeting', 'list')
  expect(result).toMatchObject({ code, out: '' })
  expect(result.err).toContain(error.message)
})
