import { expect, test } from 'vitest'

import { virtualClock, type VirtualClock } from '../../../kit/virtualClock.ts'
import { createMachine } from '../embeddedApi.ts'
import { findServed, type Machine, type Served } from '../machine.ts'
import { handle } from '../http/handle.ts'
import { plainFormat, watch } from './watch.ts'

interface World {
  readonly machine: Machine
  readonly clock: VirtualClock
  readonly served: Served
  /** Writes a Meeting. */
  readonly meeting: (name: string) => void
}

function aWorld(): World {
  const clock = virtualClock()
  const machine = createMachine({ clock, random: () => 0.5 })
  const served = findServed(machine, { apiVersion: 'parley.media/v1alpha1', plural: 'meetings' })
  if (!served) throw new Error('meetings are not served')
  return {
    machine,
    clock,
    served,
    meeting(name) {
      const body = JSON.stringify({ apiVersion: 'parley.media/v1alpha1', kind: 'Meeting', metadata: { name } })
      const path = '/apis/parley.media/v1alpha1/namespaces/default/meetings'
      handle(machine, { method: 'POST', path, query: new URLSearchParams(), body }, (error) => {
        throw error
      })
    },
  }
}

function watching({ machine, served }: World, query: string) {
  const lines: string[] = []
  let ended = false
  const begun = watch(machine, served, { namespace: undefined, query: new URLSearchParams(query), format: plainFormat })
  const running = begun.start({ send: (line) => lines.push(line), end: () => (ended = true) })
  const types = (): string[] => lines.map((line) => (JSON.parse(line) as { type: string }).type)
  return { types, stop: () => running.stop(), isEnded: () => ended, lines }
}

test('a bookmark comes every minute to whoever asked for it', async () => {
  const world = aWorld()
  const asked = watching(world, 'resourceVersion=2&allowWatchBookmarks=true')
  const other = watching(world, 'resourceVersion=2')
  await world.clock.advance(3 * 60_000)
  expect(asked.types()).toEqual(['BOOKMARK', 'BOOKMARK', 'BOOKMARK'])
  expect(other.types()).toEqual([])
})

test('a watch ends at its time, with a bookmark just before', async () => {
  const world = aWorld()
  const seen = watching(world, 'resourceVersion=2&allowWatchBookmarks=true&timeoutSeconds=10')
  await world.clock.advance(7_999)
  expect([seen.types(), seen.isEnded()]).toEqual([[], false])
  world.meeting('a')
  await world.clock.advance(1)
  expect(seen.types()).toEqual(['ADDED', 'BOOKMARK'])
  expect(seen.lines[1]).toContain('"resourceVersion":"3"')
  await world.clock.advance(2_000)
  expect(seen.isEnded()).toBe(true)
  world.meeting('b')
  expect(seen.types()).toHaveLength(2)
})

test('a watch that names no end gets one, between half an hour and an hour', async () => {
  const world = aWorld()
  const seen = watching(world, 'resourceVersion=2')
  await world.clock.advance(45 * 60_000 - 1)
  expect(seen.isEnded()).toBe(false)
  await world.clock.advance(1)
  expect(seen.isEnded()).toBe(true)
})

test('a watch that is stopped leaves no timer behind', () => {
  const world = aWorld()
  const before = world.clock.pending()
  watching(world, 'allowWatchBookmarks=true').stop()
  expect(world.clock.pending()).toBe(before)
})

test('a version from the future is gone: the file that knew it is', () => {
  const seen = watching(aWorld(), 'resourceVersion=99')
  expect(seen.lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { type: 'ERROR', object: { code: 410, reason: 'Expired' } },
  ])
  expect(seen.isEnded()).toBe(true)
})
