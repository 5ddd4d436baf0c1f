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

test('a fault that the message tells is not told twice; several are listed', async () => {
  const errOf = async (error: ApiError): Promise<string> => {
    const { api, cli } = aCli()
    api.failWith(error)
    return (await cli('meeting', 'list')).err
  }
  const [one, other] = [
    { field: 'metadata.name', message: 'is no name' },
    { field: 'spec.pools', message: 'too long' },
  ]
  const words = 'Meeting "A b" is invalid: metadata.name: is no name'
  expect(await errOf(new ApiError('invalid', words, { faults: [one] }))).toBe(`error: ${words}\n`)
  expect(await errOf(new ApiError('invalid', 'Meeting is invalid', { faults: [one, other] }))).toBe(
    'error: Meeting is invalid\n  metadata.name: is no name\n  spec.pools: too long\n',
  )
})

test('help names commands as they are typed, and a default once, as people write it', async () => {
  const { out } = await aCli().cli('uninstall', '--help')
  expect(out).toContain('Usage: kubectl parley uninstall [options]')
  expect(out.replaceAll(/\s+/g, ' ')).toContain('tell their people and end (default: 30s)')
})
