import { expect, test } from 'vitest'

import { grantClaims } from './grant.ts'

const claims = {
  ...{ sub: 'ann', name: 'Ann', attachment: '01J00000000000000000000002' },
  meeting: { namespace: 'demo', name: 'standup', incarnation: '01J00000000000000000000001' },
  rights: { publish: [], subscribe: true, hidden: false },
}

test('an epoch that nobody reaches is no count of places', () => {
  const limited = (epoch: number) => grantClaims.safeParse({ ...claims, limit: { maxParticipants: 2, epoch } })
  expect(limited(2 ** 40).success).toBe(true)
  expect(limited(2 ** 40 + 1).error?.issues).toMatchObject([{ path: ['limit', 'epoch'] }])
  expect(limited(-1).success).toBe(false)
})
