import { expect, test } from 'vitest'

import { virtualClock } from '../../kit/virtualClock.ts'
import { fakeMedia } from '../testing/fakeMedia.ts'
import { moveGraceMs, TrackTable, type RoutedTrack } from './tracks.ts'

function aTable() {
  const clock = virtualClock()
  const leaving = new Set<string>()
  const table = new TrackTable({ clock, isLeaving: (node) => leaving.has(node) })
  const media = fakeMedia()
  const told: string[] = []
  table.onChange(({ type, track }) => void told.push(`${type} by ${track.from}`))
  const way = (from: string): RoutedTrack => {
    const track: RoutedTrack = {
      ...{ trackId: 'ann/camera', source: 'camera', producerId: 'ann-1', from },
      producer: media.producer('video'),
    }
    table.add(track)
    return track
  }
  return { clock, leaving, table, told, way }
}

test('of two ways the first counts; where it ends the other does, and nobody asks for the first after the grace', async () => {
  const { clock, table, told, way } = aTable()
  const [first, second] = [way('b'), way('c')]
  expect([table.counts(first), table.usedFrom('ann-1')]).toEqual([true, ['b']])
  table.setEnding(first, true)
  expect([table.get('ann-1') === second, table.usedFrom('ann-1')]).toEqual([true, ['b', 'c']])
  await clock.advance(moveGraceMs)
  expect([table.uses('b'), table.uses('c')]).toEqual([false, true])
  first.producer.close()
  expect(told).toEqual(['added by b', 'moved by c', 'settled by b'])
})

test('a way that ends counts on until there is another, and again when it stays after all', () => {
  const { table, told, way } = aTable()
  const first = way('b')
  table.setEnding(first, true)
  expect([table.counts(first), table.isEnding(first)]).toEqual([true, true])
  table.setEnding(first, false)
  const second = way('c')
  expect(table.counts(second)).toBe(false)
  expect(told).toEqual(['added by b', 'ending by b', 'ending by b'])
})

test('what comes by an edge that an order takes away ends; of two such the one that counts goes on', () => {
  const { leaving, table, told, way } = aTable()
  const [first, second] = [way('b'), way('c')]
  leaving.add('b').add('c')
  table.rejudge()
  expect(table.counts(first)).toBe(true)
  leaving.delete('c')
  table.rejudge()
  expect(table.counts(second)).toBe(true)
  expect(told).toEqual(['added by b', 'ending by b', 'moved by c'])
})

test('a way that closes leaves the track to the other at once; the last one takes it along', async () => {
  const { clock, table, told, way } = aTable()
  const [first, second] = [way('b'), way('c')]
  first.producer.close()
  expect(table.counts(second)).toBe(true)
  second.producer.close()
  expect([table.all, clock.pending()]).toEqual([[], 0])
  expect(told).toEqual(['added by b', 'moved by c', 'removed by c'])
})

test('who waits for a track is answered by its first way', async () => {
  const { clock, table, way } = aTable()
  const waiting = table.arrived('ann-1', 1_000)
  const first = way('b')
  expect(await waiting).toBe(first)
  const late = table.arrived('bob-1', 1_000).catch((error: unknown) => error)
  await clock.advance(1_000)
  expect(await late).toMatchObject({ code: 'pipe_unavailable' })
})
