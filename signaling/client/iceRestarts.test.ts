import { expect, test } from 'vitest'

import { CodedError, commonErrors } from '../../kit/errors.ts'
import { virtualClock, type VirtualClock } from '../../kit/virtualClock.ts'
import { IceRestarts, restartAllowedAtMs } from './iceRestarts.ts'

interface World {
  readonly clock: VirtualClock
  readonly ice: IceRestarts
  /** When which path was restarted. */
  readonly restarts: [number, string][]
  readonly losses: (CodedError | undefined)[]
  refusal: CodedError | undefined
}

function aWorld(): World {
  const clock = virtualClock()
  const restarts: [number, string][] = []
  const losses: (CodedError | undefined)[] = []
  const ice = new IceRestarts({
    clock,
    restart(direction) {
      restarts.push([clock.monotonicMs(), direction])
      return world.refusal ? Promise.reject(world.refusal) : Promise.resolve()
    },
    onLost: (error) => losses.push(error),
  })
  const world: World = { clock, ice, restarts, losses, refusal: undefined }
  return world
}

test('restarts are five seconds apart and five a minute', () => {
  expect(restartAllowedAtMs([], 1_000)).toBe(1_000)
  expect(restartAllowedAtMs([1_000], 2_000)).toBe(6_000)
  expect(restartAllowedAtMs([1_000], 9_000)).toBe(9_000)
  expect(restartAllowedAtMs([0, 5_000, 10_000, 15_000, 20_000], 21_000)).toBe(60_000)
})

test('a short gap heals by itself, two seconds do not', async () => {
  const { clock, ice, restarts } = aWorld()
  ice.onState('send', 'connected')
  ice.onState('send', 'disconnected')
  await clock.advance(1_900)
  ice.onState('send', 'connected')
  await clock.advance(5_000)
  expect(restarts).toEqual([])
  ice.onState('send', 'disconnected')
  await clock.advance(2_000)
  expect(restarts).toEqual([[8_900, 'send']])
})

test('a failed path is restarted at once', async () => {
  const { clock, ice, restarts } = aWorld()
  ice.onState('recv', 'connected')
  ice.onState('recv', 'failed')
  await clock.advance(0)
  expect(restarts).toEqual([[0, 'recv']])
})

test('another network restarts both paths together, as one restart', async () => {
  const { clock, ice, restarts } = aWorld()
  ice.onState('send', 'connected')
  ice.onState('recv', 'connected')
  ice.networkChanged()
  await clock.advance(0)
  expect(restarts).toEqual([
    [0, 'send'],
    [0, 'recv'],
  ])
  ice.networkChanged()
  await clock.advance(4_999)
  expect(restarts).toHaveLength(2)
  await clock.advance(1)
  expect(restarts).toHaveLength(4)
})

test('a network that changes without end is followed five times a minute', async () => {
  const { clock, ice, restarts } = aWorld()
  ice.onState('send', 'connected')
  for (let second = 0; second < 120; second++) {
    ice.networkChanged()
    await clock.advance(1_000)
  }
  const inMinute = (from: number): number => restarts.filter(([atMs]) => atMs >= from && atMs < from + 60_000).length
  expect(inMinute(0)).toBe(5)
  expect(inMinute(60_000)).toBe(5)
})

test('a path that does not come back although the node answers is lost', async () => {
  const { clock, ice, losses } = aWorld()
  ice.onState('send', 'connected')
  ice.onState('send', 'failed')
  await clock.advance(14_000)
  expect(losses).toEqual([])
  await clock.advance(2_000)
  expect(losses).toEqual([undefined])
})

test('a path that never was connected is blocked, not lost', async () => {
  const { clock, ice, losses, restarts } = aWorld()
  ice.onState('send', 'connecting')
  ice.onState('send', 'failed')
  await clock.advance(60_000)
  expect(losses).toEqual([])
  expect(restarts.length).toBeGreaterThan(3)
})

test('a node that cannot be asked is lost at once, an unanswered question is asked again', async () => {
  const world = aWorld()
  world.ice.onState('send', 'connected')
  world.refusal = commonErrors.raise.unavailable({ what: 'The connection' })
  world.ice.onState('send', 'failed')
  await world.clock.advance(6_000)
  expect(world.losses).toEqual([])
  expect(world.restarts).toHaveLength(2)
  world.refusal = new CodedError({ code: 'media_node_unreachable', message: 'gone', status: 503, retry: 'elsewhere' })
  await world.clock.advance(6_000)
  expect(world.losses).toEqual([world.refusal])
  await world.clock.advance(60_000)
  expect(world.losses.length).toBeGreaterThan(2)
})

test('tries without a connection count for nothing, and the next one comes with the connection', async () => {
  const world = aWorld()
  world.ice.onState('send', 'connected')
  world.refusal = commonErrors.raise.unavailable({ what: 'The connection' })
  world.ice.onState('send', 'failed')
  await world.clock.advance(61_000)
  const tries = world.restarts.length
  expect(tries).toBeGreaterThan(8)
  world.refusal = undefined
  world.ice.resumed()
  await world.clock.advance(0)
  expect(world.restarts).toHaveLength(tries + 1)
})

test('a path that is lost is told so until it is back', async () => {
  const { clock, ice, losses } = aWorld()
  ice.onState('send', 'connected')
  ice.onState('send', 'failed')
  await clock.advance(30_000)
  expect(losses.length).toBeGreaterThan(2)
  ice.onState('send', 'connected')
  const told = losses.length
  await clock.advance(60_000)
  expect(losses).toHaveLength(told)
})

test('closed, it leaves no timer behind', async () => {
  const { clock, ice } = aWorld()
  ice.onState('send', 'connected')
  ice.onState('send', 'disconnected')
  ice.onState('recv', 'failed')
  await clock.advance(100)
  ice.close()
  expect(clock.pending()).toBe(0)
})
