import { afterAll, beforeAll, expect, test } from 'vitest'

import { answerToHeaders } from '../../kit/withheldBody.ts'
import { aReplica } from '../testing/aReplica.ts'
import { batchPath } from './batch.ts'

let replica: Awaited<ReturnType<typeof aReplica>>
beforeAll(async () => (replica = await aReplica('leader', { leads: true })))
afterAll(() => replica.close())

const meeting = '/v1/namespaces/demo/meetings/standup/placements'

test.each([
  ['a placement', 'POST', meeting, 60_000],
  ['a batch', 'POST', batchPath, 60_000],
  ['a move', 'POST', `${meeting}/ann/move`, 60_000],
  ['a release', 'DELETE', `${meeting}/ann?attachment=01KB00000000000000000000Z0`, 60_000],
] as const)('who sends %s without a token is refused before it is read', async (_what, method, path, bytes) => {
  const url = `${replica.url}${path}`
  expect(await answerToHeaders({ url, method, bytes })).toEqual({ status: 401, kept: true })
  expect(await answerToHeaders({ url, method, bytes, authorization: 'Bearer of-nobody-at-all' })).toMatchObject({ status: 401 })
  expect(await answerToHeaders({ url, method, bytes: 1_000_000 })).toEqual({ status: 401, kept: false })
})
