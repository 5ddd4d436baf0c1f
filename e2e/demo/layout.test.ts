import { expect, test } from 'vitest'

import { movedPorts, nodeNames, portsOf, portWishes } from './layout.ts'

test('media nodes alternate between the regions', () => {
  expect(nodeNames(3).map(({ name }) => name)).toEqual(['eu-west-1', 'us-east-1', 'eu-west-2'])
})

test('no two rows of usual ports overlap, even with the most nodes', () => {
  const rows = portWishes({ nodes: 9, page: 7700, outside: '0.0.0.0' }).toSorted((a, b) => a.usual - b.usual)
  for (const [index, row] of rows.entries())
    expect(row.usual).toBeGreaterThanOrEqual((rows[index - 1]?.usual ?? 0) + (rows[index - 1]?.count ?? 0))
})

test('ports that had to move are told', () => {
  const wishes = portWishes({ nodes: 1, page: 7700, outside: '127.0.0.1' })
  const chosen = new Map(wishes.map(({ name, usual }) => [name, name === 'eu-west-1 media' ? 12_345 : usual]))
  expect(movedPorts(wishes, chosen)).toEqual(['port 20000 for eu-west-1 media is taken, using 12345'])
  expect(portsOf(chosen, 1)).toMatchObject({ page: 7700, nodes: [{ name: 'eu-west-1', rtcPort: 12_345, pipePort: 21_000 }] })
})
