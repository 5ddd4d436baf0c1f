import { expect, test } from 'vitest'

import { HeldEvents } from './heldEvents.ts'

test('what changes as a whole is told after it, once each; everything else at once', () => {
  const told: string[] = []
  const events = new HeldEvents({
    meeting: (key) => told.push(`meeting ${key}`),
    node: (name) => told.push(`node ${name}`),
    pool: (name) => told.push(`pool ${name}`),
    lost: ({ node }) => told.push(`lost ${node}`),
  })
  events.whole(() => {
    events.node('a')
    events.meeting('demo/standup')
    events.pool('eu')
    events.meeting('demo/standup')
    expect(told).toEqual([])
  })
  events.meeting('demo/retro')
  expect(told).toEqual(['node a', 'pool eu', 'meeting demo/standup', 'meeting demo/retro'])
})

test('a change that fails half-way is told as far as it came', () => {
  const told: string[] = []
  const nothing = (): void => undefined
  const events = new HeldEvents({ meeting: (key) => told.push(key), node: nothing, pool: nothing, lost: nothing })
  const half = (): void => {
    events.meeting('demo/standup')
    throw new Error('half-way')
  }
  expect(() => events.whole(half)).toThrow('half-way')
  expect(told).toEqual(['demo/standup'])
})
